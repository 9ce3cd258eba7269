package inkhorn.serve;

/**
 * The handler of the requests with one method and one path.
 *
 * @param method  GET, POST …
 * @param path    begins with a slash; {@code {name}} stands for one part of it, {@link Request#path} tells which
 * @param handler runs on a thread of its own and may block
 */
public record Route(String method, String path, Handler handler) {

    /** Answers one request. */
    @FunctionalInterface
    public interface Handler {
        /**
         * @throws RequestException what the client is told
         * @throws Exception a fault of the server: the client gets status 500, the log the reason
         */
        void answer(Request request) throws Exception;
    }

    public static Route get(String path, Handler handler) {
        return new Route("GET", path, handler);
    }

    public static Route post(String path, Handler handler) {
        return new Route("POST", path, handler);
    }
}
