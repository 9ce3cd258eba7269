package inkhorn.serve;

/** A request that is refused: the client gets the status and, in JSON, the message in one line. */
public final class RequestException extends RuntimeException {
    private final int status;
    private final String parameter;
    private final String code;

    private RequestException(int status, String parameter, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.parameter = parameter;
        this.code = code;
    }

    /**
     * The request is wrong.
     *
     * @param parameter the field of the body or the query that is wrong, or null
     * @param message   what was found and what is allowed
     */
    public static RequestException wrong(String parameter, String message) {
        return new RequestException(400, parameter, "invalid_value", message);
    }

    public static RequestException notFound(String message) {
        return new RequestException(404, null, "not_found", message);
    }

    /** Another state of the server is needed, as for stopping a training that is over. */
    public static RequestException conflict(String message) {
        return new RequestException(409, null, "conflict", message);
    }

    /** Too much is going on; the same request may succeed later. */
    public static RequestException busy(String message) {
        return new RequestException(503, null, "server_busy", message);
    }

    /** Any other status of HTTP. */
    public static RequestException of(int status, String code, String message) {
        return new RequestException(status, null, code, message);
    }

    public int status() {
        return status;
    }

    /** The field that is wrong, or null. */
    public String parameter() {
        return parameter;
    }

    /** One word for programs. */
    public String code() {
        return code;
    }
}
