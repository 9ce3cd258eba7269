package inkhorn.cli.options;

import inkhorn.serve.Feature;
import inkhorn.serve.WebServer;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a command that is a server. */
public final class ServerOptions {

    @Option(names = "--port", paramLabel = "N", description = "Port to listen at; 0 for any (default: 8080).")
    private String port;

    @Mixin
    private ListenOptions listen;

    /**
     * Begins to listen.
     *
     * @throws inkhorn.config.UserError where an option is wrong or the port is taken
     */
    public WebServer start(List<Feature> features) throws IOException {
        return listen.start("--port", port, features);
    }
}
