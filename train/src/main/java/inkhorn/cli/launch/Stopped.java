package inkhorn.cli.launch;

/**
 * Thrown if the user asked to stop at a point where nothing has to be saved. The work unwinds and leaves no incomplete
 * files behind.
 */
public final class Stopped extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Stopped() {
        super("stopped", null, false, false);
    }
}
