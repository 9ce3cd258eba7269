package inkhorn.train;

/** A run that cannot go on, in one line that says what happened and what to do. */
public final class TrainException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TrainException(String line) {
        super(line);
    }
}
