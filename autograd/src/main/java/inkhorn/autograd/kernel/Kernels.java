package inkhorn.autograd.kernel;

import java.util.function.IntConsumer;

/**
 * All arithmetic on arrays: no op or module loops over elements. An optimizer may, by {@link #forEachRange}. Arrays
 * are row-major float32 from index 0 unless an offset is given; a size argument says how much of an array counts.
 * Where a method has {@code add}, the result is added to what the output holds; otherwise the output is overwritten,
 * whatever it held.
 *
 * <p>Results do not depend on the number of threads: work is split by output, and sums run in a fixed order. The scalar
 * back end is the specification; every other one is tested against it. {@link Backend} lists them.
 */
public interface Kernels extends ElementKernels, AxisKernels, RowKernels, NormKernels, MatrixKernels, AttentionKernels,
        CacheKernels, OptimizerKernels, AutoCloseable {
    /** One line for the log: which kernels, how wide, how many threads. */
    String description();

    /** How many threads work, the caller's included. */
    int threads();

    /**
     * Runs a task for each index below {@code count}, on any of the threads: for work beside the arithmetic on arrays,
     * of some microseconds a task.
     *
     * @param task must not depend on who runs it or when, and does not throw
     */
    void forEach(int count, IntConsumer task);

    /** Ends the worker threads, if there are any. */
    @Override
    void close();
}
