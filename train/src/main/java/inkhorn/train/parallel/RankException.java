package inkhorn.train.parallel;

/**
 * Thrown if the processes of a training cannot continue together. The message names the exchange and the ranks that are
 * missing.
 */
public final class RankException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With a whole line. */
    public RankException(String message) {
        super(message);
    }
}
