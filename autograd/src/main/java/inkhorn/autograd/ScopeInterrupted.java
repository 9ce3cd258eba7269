package inkhorn.autograd;

import java.util.function.BooleanSupplier;

/**
 * Ends the work in a scope that was opened with {@link Scope#open(BooleanSupplier)}, after a request to stop; or other
 * work in the same way.
 */
public final class ScopeInterrupted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** After a request to stop. */
    public ScopeInterrupted() {
        super("a stop was requested; the work of this scope is incomplete", null, false, false);
    }
}
