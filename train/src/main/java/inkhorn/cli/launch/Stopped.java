package inkhorn.cli.launch;

/** That the user asked to stop where nothing has to be saved: the work unwinds and leaves nothing half-made behind. */
public final class Stopped extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Stopped() {
        super("stopped", null, false, false);
    }
}
