package inkhorn.autograd.kernel;

/** The ways in which {@link NormKernels} normalises a row x of n values to {@code x̂ · gamma + beta}. */
public enum RowNorm {
    /** {@code x̂ = (x - mean) / √(variance + eps)}, the variance being that over n (Ba, Kiros and Hinton 2016). */
    LAYERNORM
}
