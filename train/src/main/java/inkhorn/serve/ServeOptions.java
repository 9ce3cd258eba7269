package inkhorn.serve;

import java.util.Set;

/**
 * The address of the server, its token, and its limits.
 *
 * @param host    the address to bind to
 * @param port    0 for any that is free
 * @param token   what a client must show, or null where only programs of this machine can ask
 * @param limits  on what is asked at once
 */
public record ServeOptions(String host, int port, String token, Limits limits) {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1", "localhost");

    /** @throws IllegalArgumentException where other machines could ask without a token */
    public ServeOptions {
        if (token == null && !LOOPBACK.contains(host)) {
            throw new IllegalArgumentException(host + " can be reached from other machines: give a token");
        }
    }

    /** Whether only programs of this machine can ask. */
    public boolean isLocal() {
        return LOOPBACK.contains(host);
    }

    /**
     * @param bodyBytes  largest body of a request
     * @param concurrent requests that are answered at the same time
     * @param queue      requests that wait for their turn; one more is refused
     */
    public record Limits(long bodyBytes, int concurrent, int queue) {
        public static final Limits DEFAULTS = new Limits(1 << 20, 128, 256);
    }
}
