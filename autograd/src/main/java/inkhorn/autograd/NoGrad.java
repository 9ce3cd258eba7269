package inkhorn.autograd;

/**
 * While it is open, ops on this thread record nothing, as for evaluation and sampling:
 * <pre>{@code try (NoGrad off = NoGrad.open()) { ... }}</pre>
 */
public final class NoGrad implements AutoCloseable {
    private static final ThreadLocal<Integer> DEPTH = ThreadLocal.withInitial(() -> 0);

    private NoGrad() {}

    public static NoGrad open() {
        DEPTH.set(DEPTH.get() + 1);
        return new NoGrad();
    }

    static boolean active() {
        return DEPTH.get() > 0;
    }

    @Override
    public void close() {
        DEPTH.set(DEPTH.get() - 1);
    }
}
