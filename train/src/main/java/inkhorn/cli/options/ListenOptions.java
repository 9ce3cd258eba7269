package inkhorn.cli.options;

import inkhorn.config.UserError;
import inkhorn.serve.Feature;
import inkhorn.serve.ServeOptions;
import inkhorn.serve.WebServer;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import picocli.CommandLine.Option;

/** The options for the address and the token of a server, without its port. */
public final class ListenOptions {

    private static final int DEFAULT_PORT = 8080;
    private static final long LARGEST_PORT = 65_535;

    @Option(names = "--host", paramLabel = "ADDRESS",
            description = "Address to listen at (default: 127.0.0.1, which only this machine reaches); with --token.")
    private String host;

    @Option(names = "--token", paramLabel = "TEXT",
            description = "Clients must show it: as Authorization: Bearer, or once as /?token= in a browser.")
    private String token;

    /**
     * Begins to listen.
     *
     * @param option the one that gives the port
     * @param port   its value, 0 for any that is free; the default port where it is null or empty
     * @throws UserError where an option is wrong or the port is taken
     */
    WebServer start(String option, String port, List<Feature> features) throws IOException {
        int at = port == null || port.isEmpty() ? DEFAULT_PORT : (int) Arguments.whole(option, port, 0, LARGEST_PORT);
        if (token != null && token.isBlank()) {
            throw new UserError("--token: found nothing, expected a text that is hard to guess");
        }
        ServeOptions options;
        try {
            options = new ServeOptions(host == null ? "127.0.0.1" : host, at, token, ServeOptions.Limits.DEFAULTS);
        } catch (IllegalArgumentException e) {
            throw new UserError("--host: " + e.getMessage() + " with --token");
        }
        try {
            return WebServer.start(options, features);
        } catch (BindException e) {
            throw new UserError(option + ": " + options.host() + ":" + at + " cannot be listened at (" + e.getMessage()
                    + "); choose another with " + option + "=PORT, or 0 for any that is free");
        } catch (UnresolvedAddressException e) {
            throw new UserError("--host: found " + host + ", expected an address of this machine");
        }
    }
}
