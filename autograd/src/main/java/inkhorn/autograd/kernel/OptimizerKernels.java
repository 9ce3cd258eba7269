package inkhorn.autograd.kernel;

/** The part of {@link Kernels} that updates parameters. */
public interface OptimizerKernels {
    /**
     * One AdamW update of part of a tensor in one pass over memory (Loshchilov and Hutter 2019, algorithm 2).
     *
     * @param at where the part begins in {@code weights} and {@code gradient}; {@code m} and {@code v} hold it alone
     * @param n  elements of the part
     */
    void adamW(AdamWStep step, float[] weights, float[] gradient, int at, float[] m, float[] v, int n);

    /**
     * Runs a loop over the indices 0 to {@code n}, for an optimizer that has no kernel of its own. A back end may cut
     * the range and give the parts to several threads.
     *
     * @param loop must read and write at index i only what belongs to index i
     */
    void forEachRange(int n, RangeLoop loop);

    /** A loop over {@code from <= i < to}. */
    @FunctionalInterface
    interface RangeLoop {
        void run(int from, int to);
    }
}
