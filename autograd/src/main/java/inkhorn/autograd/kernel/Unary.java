package inkhorn.autograd.kernel;

/** Functions of one number that {@link Kernels#unary} applies. */
public enum Unary {
    NEG, EXP, LOG, TANH, SIGMOID, RELU,
    /** x to the power of the parameter. */
    POW,
    /** {@code x/2 · (1 + erf(x/√2))} (Hendrycks and Gimpel 2016). */
    GELU,
    /** {@code x/2 · (1 + tanh(√(2/π)(x + 0.044715 x³)))}, GPT-2's form. */
    GELU_TANH
}
