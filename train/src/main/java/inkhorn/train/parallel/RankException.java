package inkhorn.train.parallel;

/** The processes of a training cannot go on together. The message names the exchange and the ranks that are missing. */
public final class RankException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With a whole line. */
    public RankException(String message) {
        super(message);
    }
}
