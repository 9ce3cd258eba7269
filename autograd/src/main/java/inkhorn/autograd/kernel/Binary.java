package inkhorn.autograd.kernel;

/** Functions of two numbers that {@link Kernels#binary} applies. */
public enum Binary {
    ADD, SUB, MUL, DIV
}
