package inkhorn.cli.options;

import inkhorn.serve.Feature;
import inkhorn.serve.WebServer;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a server that runs beside the work of a command. */
public final class ServeBesideOptions {

    @Option(names = "--serve", arity = "0..1", paramLabel = "PORT", preprocessor = OnlyAttached.class,
            description = "Show the training to browsers at 127.0.0.1:PORT (default: 8080; 0 for any).")
    private String port;

    @Mixin
    private ListenOptions listen;

    /** Whether a server is asked for. */
    public boolean isGiven() {
        return port != null;
    }

    /**
     * Begins to listen.
     *
     * @throws inkhorn.config.UserError where an option is wrong or the port is taken
     */
    public WebServer start(List<Feature> features) throws IOException {
        return listen.start("--serve", port, features);
    }
}
