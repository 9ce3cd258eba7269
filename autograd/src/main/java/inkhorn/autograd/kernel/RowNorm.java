package inkhorn.autograd.kernel;

/** The ways in which {@link NormKernels} normalises a row x of n values to {@code x̂ · gamma + beta}. */
public enum RowNorm {
    /** {@code x̂ = (x - mean) / √(variance + eps)}, the variance being that over n (Ba, Kiros and Hinton 2016). */
    LAYERNORM,
    /** {@code x̂ = x / √(mean(x²) + eps)} (Zhang and Sennrich 2019). */
    RMSNORM;

    /** Whether the mean of a row is subtracted; if not, the number that is subtracted is 0. */
    public boolean isCentred() {
        return this == LAYERNORM;
    }
}
