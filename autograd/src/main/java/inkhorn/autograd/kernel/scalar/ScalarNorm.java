package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.ElementKernels;
import inkhorn.autograd.kernel.NormKernels;
import inkhorn.autograd.kernel.RowNorm;

/** The scalar kernels that normalise rows. Sums run in double. */
interface ScalarNorm extends NormKernels, ElementKernels {
    @Override
    default void normalize(RowNorm norm, float[] x, float[] gamma, float[] beta, int rows, int n, float eps,
                           float[] out, float[] mean, float[] rstd) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += x[at + i];
            }
            double centre = norm.isCentred() ? sum / n : 0;
            double squares = 0;
            for (int i = 0; i < n; i++) {
                squares += (x[at + i] - centre) * (x[at + i] - centre);
            }
            double scale = 1 / Math.sqrt(squares / n + eps);
            for (int i = 0; i < n; i++) {
                double shift = beta == null ? 0 : beta[i];
                out[at + i] = (float) ((x[at + i] - centre) * scale * gamma[i] + shift);
            }
            mean[row] = (float) centre;
            rstd[row] = (float) scale;
        }
    }

    @Override
    default void normalizeBackward(RowNorm norm, float[] x, float[] gamma, float[] mean, float[] rstd, float[] dy,
                                   int rows, int n, float[] dx, boolean addX, float[] dGamma, boolean addGamma,
                                   float[] dBeta, boolean addBeta) {
        if (dGamma != null || dBeta != null) {
            addGammaBeta(x, mean, rstd, dy, rows, n, dGamma, addGamma, dBeta, addBeta);
        }
        if (dx != null) {
            addX(norm, x, gamma, mean, rstd, dy, rows, n, dx, addX);
        }
    }

    @Override
    default void residualNormalize(RowNorm norm, float[] x, float[] branch, float p, long key, float[] gamma,
                                   float[] beta, int rows, int n, float eps, float[] sum, float[] out, float[] mean,
                                   float[] rstd) {
        scale(1, x, sum, false, rows * n);
        if (p > 0) {
            dropout(branch, p, key, sum, true, rows * n);
        } else {
            scale(1, branch, sum, true, rows * n);
        }
        normalize(norm, sum, gamma, beta, rows, n, eps, out, mean, rstd);
    }

    /**
     * With x̂ = (x - mean) · rstd: {@code dx = rstd · (g - mean(g) - x̂ · mean(g · x̂)), g = dy · gamma}; where no mean
     * is subtracted from x, none is from g.
     */
    private static void addX(RowNorm norm, float[] x, float[] gamma, float[] mean, float[] rstd, float[] dy,
                             int rows, int n, float[] dx, boolean addX) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double sum = 0;
            double dot = 0;
            for (int i = 0; i < n; i++) {
                double normed = ((double) x[at + i] - mean[row]) * rstd[row];
                double g = (double) dy[at + i] * gamma[i];
                sum += g;
                dot += g * normed;
            }
            double meanG = norm.isCentred() ? sum / n : 0;
            for (int i = 0; i < n; i++) {
                double normed = ((double) x[at + i] - mean[row]) * rstd[row];
                double g = (double) dy[at + i] * gamma[i];
                float share = (float) (rstd[row] * (g - meanG - normed * dot / n));
                dx[at + i] = addX ? dx[at + i] + share : share;
            }
        }
    }

    /** {@code dGamma = sum over rows of dy · x̂, dBeta = sum over rows of dy}. */
    private static void addGammaBeta(float[] x, float[] mean, float[] rstd, float[] dy, int rows, int n,
                                     float[] dGamma, boolean addGamma, float[] dBeta, boolean addBeta) {
        double[] gammaSums = new double[n];
        double[] betaSums = new double[n];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < n; i++) {
                double normed = ((double) x[row * n + i] - mean[row]) * rstd[row];
                gammaSums[i] += dy[row * n + i] * normed;
                betaSums[i] += dy[row * n + i];
            }
        }
        store(gammaSums, dGamma, addGamma);
        store(betaSums, dBeta, addBeta);
    }

    private static void store(double[] sums, float[] out, boolean add) {
        for (int i = 0; i < sums.length && out != null; i++) {
            out[i] = (float) (add ? out[i] + sums[i] : sums[i]);
        }
    }
}
