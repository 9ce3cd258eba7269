package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.Kernels;
import java.util.function.IntConsumer;

/**
 * Plain single-threaded loops that a student can read: the specification of {@link Kernels}, the oracle of every other
 * back end, and what runs where the Vector API is missing. Each part of {@link Kernels} is an interface beside this
 * class, whose default methods are the loops. Sums run in double except in the matrix product, which stays in float for
 * speed; every run gives the same bits.
 */
public final class ScalarKernels implements Kernels, ScalarElements, ScalarAxis, ScalarRows, ScalarNorm, ScalarMatrix,
        ScalarAttention, ScalarCache {
    @Override
    public String description() {
        return "scalar, plain loops, 1 thread";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public void forEach(int count, IntConsumer task) {
        for (int i = 0; i < count; i++) {
            task.accept(i);
        }
    }

    @Override
    public void close() {
        // No threads to end.
    }
}
