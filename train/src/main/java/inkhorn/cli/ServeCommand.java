package inkhorn.cli;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.ServerOptions;
import inkhorn.config.RunIdentity;
import inkhorn.generate.TrainedModel;
import inkhorn.serve.WebServer;
import inkhorn.serve.model.ServedModels;
import inkhorn.serve.runs.PathNames;
import inkhorn.serve.runs.RunFolders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code serve}: pages and an API for runs and trained models, until a signal ends it. */
@Command(name = "serve", sortOptions = false,
        description = "Serve runs and trained models to browsers and programs, on this machine.")
public final class ServeCommand implements Callable<Integer> {

    private static final long SIGNAL_POLL_MS = 100;

    private final Context context;

    @Parameters(arity = "0..*", paramLabel = "RUN_OR_CHECKPOINT",
            description = "Models to serve, the first by default (default: every run under checkpoints/ that has one).")
    private List<String> from = List.of();

    @Mixin
    private ServerOptions server;

    @Mixin
    private EngineOptions engine;

    ServeCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> named = from.stream().map(path -> Arguments.path("RUN_OR_CHECKPOINT", path)).toList();
        Map<String, Path> models = PathNames.of(named.isEmpty() ? RunFolders.withCheckpoint(RunIdentity.PARENT)
                : whole(named));
        Shutdown shutdown = context.signals().get();
        engine.start();
        shutdown.beginSaving();
        try (ServedModels served = new ServedModels(models);
                WebServer web = server.start(ServerFeatures.of(served,
                        new RunFolders(RunIdentity.PARENT, named), null))) {
            context.out().println("models   " + (models.isEmpty() ? "none yet: no run under " + RunIdentity.PARENT
                    + " has a checkpoint" : String.join(", ", models.keySet())));
            context.out().println("serving  " + web.address() + "; Ctrl-C ends it");
            while (!shutdown.isRequested()) {
                Thread.sleep(SIGNAL_POLL_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return shutdown.exitCode();
    }

    /** The paths that hold a model: of a run without a checkpoint only the log is to be seen. */
    private static List<Path> whole(List<Path> named) {
        List<Path> models = new ArrayList<>();
        for (Path path : named) {
            if (!RunFolders.isRun(path) || Checkpoint.newestStep(path).isPresent()) {
                TrainedModel.checkpoint(path);
                models.add(path);
            }
        }
        return models;
    }
}
