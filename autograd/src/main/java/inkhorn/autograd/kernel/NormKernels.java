package inkhorn.autograd.kernel;

/**
 * The part of {@link Kernels} that normalises each of {@code rows} rows of n. Forward keeps two statistics of each row
 * for backward: {@code mean}, the number that was subtracted (0 where a norm does not centre), and {@code rstd}, the
 * factor, 1/√(v + eps) with v the mean square of what the subtraction leaves.
 */
public interface NormKernels {
    /**
     * {@code out = x̂ · gamma + beta} for each row.
     *
     * @param gamma (n)
     * @param beta (n), or null: no shift
     */
    void normalize(RowNorm norm, float[] x, float[] gamma, float[] beta, int rows, int n, float eps,
                   float[] out, float[] mean, float[] rstd);

    /** The gradients of {@link #normalize}; each of the outputs may be null. */
    void normalizeBackward(RowNorm norm, float[] x, float[] gamma, float[] mean, float[] rstd, float[] dy, int rows,
                           int n, float[] dx, boolean addX, float[] dGamma, boolean addGamma, float[] dBeta,
                           boolean addBeta);

    /** {@code sum = x + dropout(branch)} and {@code out = normalize(sum)} in one pass over each row. */
    void residualNormalize(RowNorm norm, float[] x, float[] branch, float p, long key, float[] gamma, float[] beta,
                           int rows, int n, float eps, float[] sum, float[] out, float[] mean, float[] rstd);
}
