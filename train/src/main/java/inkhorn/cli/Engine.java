package inkhorn.cli;

/**
 * What computes.
 *
 * @param threads worker threads
 * @param kernels which arithmetic
 */
public record Engine(int threads, Kernels kernels) {

    /** {@code AUTO} is vector where the JVM has it, else scalar. */
    public enum Kernels { AUTO, SCALAR, VECTOR }
}
