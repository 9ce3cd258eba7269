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
     * The mean over rows of {@code -log softmax(logits)[target]}, and its gradient. Rows with a negative target do not
     * count; when none counts the loss is 0.
     *
     * @param gradient (rows, n), receives (softmax - one-hot) / counted rows; may be {@code logits}; null: not wanted
     */
    double crossEntropy(float[] logits, int[] targets, int rows, int n, float[] gradient);
}
