package inkhorn.autograd.kernel;

/** Functions of one number that {@link Kernels#unary} applies. */
public enum Unary {
    /** {@code -x}. */
    NEG,
    /** {@code e^x}, the derivative is y. */
    EXP,
    /** The natural logarithm; the derivative is 1/x. */
    LOG,
    /** The derivative is 1 - y². */
    TANH,
    /** {@code 1 / (1 + e^-x)}, the derivative is y(1 - y). */
    SIGMOID,
    /** {@code max(x, 0)}, the derivative is 1 where x is positive, else 0. */
    RELU,
    /** {@code max(x, 0)²} (So et al. 2021), the derivative is 2·max(x, 0). */
    RELU2,
    /** x to the power of the parameter p; the derivative is p·x^(p-1). */
    POW,
    /**
     * {@code x · Φ(x) = x/2 · (1 + erf(x/√2))} (Hendrycks and Gimpel 2016); the derivative is Φ(x) + x·φ(x), φ being
     * the normal density.
     */
    GELU,
    /** {@code x/2 · (1 + tanh(√(2/π)(x + 0.044715 x³)))}, GPT-2's form of GELU. */
    GELU_TANH;

    /** Whether the derivative is computed from the result y, and not from the argument x. */
    public boolean readsResult() {
        return this == EXP || this == TANH || this == SIGMOID;
    }
}
