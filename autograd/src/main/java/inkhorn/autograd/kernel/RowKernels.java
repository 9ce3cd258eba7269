package inkhorn.autograd.kernel;

/** The part of {@link Kernels} that works on rows of n: softmax, its logarithm and cross-entropy. */
public interface RowKernels {
    /** Softmax of each row; {@code out} may be {@code x}. */
    void softmax(float[] x, int rows, int n, float[] out);

    /** {@code dx = y * (dy - sum(dy * y))} for each row, or added. */
    void softmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add);

    /** The logarithm of softmax of each row; {@code out} may be {@code x}. */
    void logSoftmax(float[] x, int rows, int n, float[] out);

    /** {@code dx = dy - exp(y) * sum(dy)} for each row, or added. */
    void logSoftmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add);

    /**
     * The loss of each row, {@link CrossEntropyRows#loss}, and the gradient of the mean loss.
     *
     * @param rows which rows, and where their losses go
     * @param gradient (rows, n), receives {@code (softmax · ofSoftmax - spread - one-hot · hit) / counted} with the
     *     factors of the rows, and 0 where the target does not count; may be {@code logits}; null: not wanted
     */
    void crossEntropy(float[] logits, CrossEntropyRows rows, int n, float[] gradient);

    /**
     * Turns logits, some columns of all, into their gradient: the bits that {@link #crossEntropy} gives these columns.
     *
     * @param logits (rows, n), the columns {@code first … first + n} of the logits of these rows
     * @param rows as {@link #crossEntropy} left them, with their sums
     */
    void crossEntropyGradient(float[] logits, CrossEntropyRows rows, int n, int first);
}
