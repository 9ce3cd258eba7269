package inkhorn.train;

/**
 * Thrown if a run cannot continue because a number is no longer finite. The message is one line that says what happened
 * and what to do.
 */
public final class TrainException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long step;
    private final String what;

    /** @param what happened at the step, without what to do */
    TrainException(long step, String what) {
        super("step " + step + ": " + what + "; lower optim.lr, or set optim.grad_clip");
        this.step = step;
        this.what = what;
    }

    /** The step that failed. */
    public long step() {
        return step;
    }

    /** The same, which says also what the run can be gone on with. */
    TrainException with(String lastGood) {
        TrainException told = new TrainException(step, what + "; " + lastGood);
        told.setStackTrace(getStackTrace());
        return told;
    }
}
