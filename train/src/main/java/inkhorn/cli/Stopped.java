package inkhorn.cli;

/** That the user asked to stop where nothing has to be saved: the work unwinds and leaves nothing half-made behind. */
final class Stopped extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Stopped() {
        super("stopped", null, false, false);
    }
}
