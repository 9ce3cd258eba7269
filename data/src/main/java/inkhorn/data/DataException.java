package inkhorn.data;

/**
 * The user's text, file or setting is wrong. The message is one line that names what was looked at, what was found
 * and what to do; a command line shows it as it is and exits with code 2.
 */
public class DataException extends RuntimeException {
    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
