package inkhorn.bench.kernels;

import inkhorn.bench.Cost;
import java.util.function.Supplier;

/**
 * A kernel on the sizes of a model's step.
 *
 * @param name model and kernel: {@code char/c_attn forward}
 * @param work makes the arrays, and then does the work as often as it is run
 */
record KernelCase(String name, Cost cost, Supplier<Runnable> work) {}
