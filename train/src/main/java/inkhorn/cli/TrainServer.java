package inkhorn.cli;

import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.options.ServeBesideOptions;
import inkhorn.config.RunIdentity;
import inkhorn.serve.WebServer;
import inkhorn.serve.model.ServedModels;
import inkhorn.serve.runs.LiveTraining;
import inkhorn.serve.runs.RunFolders;
import inkhorn.train.TrainEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The server beside a training, if the command line asks for one. It shows the training and does not compute with
 * models, because the training uses all cores.
 */
final class TrainServer implements Consumer<TrainEvent>, AutoCloseable {

    private static final int SIGTERM = 15;

    private final WebServer web;
    private final ServedModels models;
    private final LiveTraining live;

    private TrainServer(WebServer web, ServedModels models, LiveTraining live) {
        this.web = web;
        this.models = models;
        this.live = live;
    }

    /**
     * Begins to listen, where that is asked for; else null.
     *
     * @param directory of the run
     * @param shutdown  what the page's button asks, as a signal would
     * @throws inkhorn.config.UserError where an option is wrong or the port is taken
     */
    static TrainServer open(ServeBesideOptions options, Path directory, Shutdown shutdown, PrintStream out) {
        if (!options.isGiven()) {
            return null;
        }
        LiveTraining live = new LiveTraining(directory, () -> shutdown.request(SIGTERM));
        ServedModels models = ServedModels.refusing("this server runs beside a training and computes nothing for"
                + " others; java -jar train.jar serve " + directory + " writes with the run's checkpoints");
        try {
            WebServer web = options.start(ServerFeatures.of(models,
                    new RunFolders(RunIdentity.PARENT, List.of(directory)), live));
            out.println("serving  " + web.address());
            return new TrainServer(web, models, live);
        } catch (IOException e) {
            models.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            models.close();
            throw e;
        }
    }

    @Override
    public void accept(TrainEvent event) {
        live.accept(event);
    }

    @Override
    public void close() {
        live.ended();
        web.close();
        models.close();
    }
}
