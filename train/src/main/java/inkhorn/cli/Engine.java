package inkhorn.cli;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.config.UserError;

/**
 * What computes.
 *
 * @param threads worker threads
 * @param kernels which arithmetic
 */
public record Engine(int threads, Kernels kernels) {

    /** {@code AUTO} is vector where the JVM has it, else scalar. */
    public enum Kernels { AUTO, SCALAR, VECTOR }

    /**
     * Puts these kernels in place for everything computed from now on.
     *
     * @throws UserError where this JVM does not have what was asked for
     */
    public void start() {
        try {
            KernelProvider.choose(KernelProvider.Choice.valueOf(kernels.name()), threads);
        } catch (IllegalStateException e) {
            throw new UserError("--" + e.getMessage());
        }
    }
}
