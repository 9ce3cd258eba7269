package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.Samples.ODD_SIZES;
import static inkhorn.autograd.kernel.Samples.assertClose;
import static inkhorn.autograd.kernel.Samples.assertOutput;
import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.positive;
import static inkhorn.autograd.kernel.Samples.unclean;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every normalisation of rows and its gradients. */
public interface NormKernelsContract {

    int NORM_ROWS = 6;
    float EPS = 1e-5f;
    double NORM_CLOSE = 2e-5;

    Kernels kernels();

    /** The definition of everything about the normalisation of some rows, in double. */
    final class Definition {
        final int n;
        final double[] y;
        final double[] mean;
        final double[] rstd;
        private final double[] normed;
        private final float[] gamma;
        /** 1 where the mean is subtracted, else 0. */
        private final double centred;

        Definition(RowNorm norm, double[] x, float[] gamma, float[] beta, int n) {
            this.n = n;
            centred = switch (norm) {
                case LAYERNORM -> 1;
                case RMSNORM -> 0;
            };
            this.gamma = gamma;
            int rows = x.length / n;
            y = new double[x.length];
            normed = new double[x.length];
            mean = new double[rows];
            rstd = new double[rows];
            for (int row = 0; row < rows; row++) {
                double variance = 0;
                for (int i = row * n; i < (row + 1) * n; i++) {
                    mean[row] += centred * x[i] / n;
                }
                for (int i = row * n; i < (row + 1) * n; i++) {
                    variance += Math.pow(x[i] - mean[row], 2) / n;
                }
                rstd[row] = 1 / Math.sqrt(variance + EPS);
                for (int i = row * n; i < (row + 1) * n; i++) {
                    normed[i] = (x[i] - mean[row]) * rstd[row];
                    y[i] = normed[i] * gamma[i % n] + (beta == null ? 0 : beta[i % n]);
                }
            }
        }

        double[] dX(float[] dy) {
            double[] dx = new double[dy.length];
            for (int row = 0; row < mean.length; row++) {
                for (int i = row * n; i < (row + 1) * n; i++) {
                    for (int j = row * n; j < (row + 1) * n; j++) {
                        double jacobian = (i == j ? 1 : 0) - centred / n - normed[i] * normed[j] / n;
                        dx[i] += dy[j] * gamma[j % n] * jacobian * rstd[row];
                    }
                }
            }
            return dx;
        }

        double[] dGamma(float[] dy) {
            double[] sums = new double[n];
            for (int i = 0; i < dy.length; i++) {
                sums[i % n] += dy[i] * normed[i];
            }
            return sums;
        }

        double[] dBeta(float[] dy) {
            double[] sums = new double[n];
            for (int i = 0; i < dy.length; i++) {
                sums[i % n] += dy[i];
            }
            return sums;
        }
    }

    /** Rows of one channel have no variance: their scale is 1/√eps and only beta remains. */
    private static double toleranceFor(int n) {
        return n == 1 ? 1e-3 : NORM_CLOSE;
    }

    @ParameterizedTest
    @EnumSource
    default void normalizingAgreesWithItsDefinition(RowNorm norm) {
        for (int n : ODD_SIZES) {
            float[] x = normal(1, NORM_ROWS * n);
            float[] gamma = positive(2, n);
            for (float[] beta : new float[][] {normal(3, n), null}) {
                Definition expected = new Definition(norm, Samples.doubles(x), gamma, beta, n);
                float[] out = unclean(x.length);
                float[] mean = unclean(NORM_ROWS);
                float[] rstd = unclean(NORM_ROWS);
                kernels().normalize(norm, x, gamma, beta, NORM_ROWS, n, EPS, out, mean, rstd);
                assertClose(norm + " norm of " + n, out, expected.y, NORM_CLOSE);
                assertClose("mean", mean, expected.mean, NORM_CLOSE);
                assertClose("rstd", rstd, expected.rstd, NORM_CLOSE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    default void normalizingStaysExactFarFromZero(RowNorm norm) {
        int n = 64;
        float[] x = normal(4, NORM_ROWS * n);
        float[] gamma = positive(5, n);
        for (int i = 0; i < x.length; i++) {
            x[i] += 100;
        }
        Definition expected = new Definition(norm, Samples.doubles(x), gamma, null, n);
        float[] out = unclean(x.length);
        kernels().normalize(norm, x, gamma, null, NORM_ROWS, n, EPS, out, new float[NORM_ROWS], new float[NORM_ROWS]);
        assertClose(norm + " norm", out, expected.y, 5e-5);
    }

    @ParameterizedTest
    @EnumSource
    default void backwardOfNormalizingAgreesWithItsDefinition(RowNorm norm) {
        for (int n : ODD_SIZES) {
            float[] x = normal(6, NORM_ROWS * n);
            float[] gamma = positive(7, n);
            float[] dy = normal(8, NORM_ROWS * n);
            Definition expected = new Definition(norm, Samples.doubles(x), gamma, null, n);
            float[] mean = new float[NORM_ROWS];
            float[] rstd = new float[NORM_ROWS];
            kernels().normalize(norm, x, gamma, null, NORM_ROWS, n, EPS, new float[x.length], mean, rstd);
            assertOutput("dx alone " + n, expected.dX(dy), toleranceFor(n), (out, add) -> kernels().normalizeBackward(
                    norm, x, gamma, mean, rstd, dy, NORM_ROWS, n, out, add, null, false, null, false));
            assertOutput("dGamma alone", expected.dGamma(dy), NORM_CLOSE, (out, add) -> kernels().normalizeBackward(
                    norm, x, gamma, mean, rstd, dy, NORM_ROWS, n, null, false, out, add, null, false));
            assertOutput("dBeta alone", expected.dBeta(dy), NORM_CLOSE, (out, add) -> kernels().normalizeBackward(
                    norm, x, gamma, mean, rstd, dy, NORM_ROWS, n, null, false, null, false, out, add));
            float[] dx = unclean(x.length);
            float[] dGamma = unclean(n);
            assertOutput("dBeta with all", expected.dBeta(dy), NORM_CLOSE, (out, add) -> kernels().normalizeBackward(
                    norm, x, gamma, mean, rstd, dy, NORM_ROWS, n, dx, false, dGamma, false, out, add));
            assertClose("dx with all", dx, expected.dX(dy), toleranceFor(n));
            assertClose("dGamma with all", dGamma, expected.dGamma(dy), NORM_CLOSE);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void parameterGradientsOfManyRowsAgree(RowNorm norm) {
        int rows = 517;
        int n = 33;
        float[] x = normal(9, rows * n);
        float[] gamma = positive(10, n);
        float[] dy = normal(11, rows * n);
        Definition expected = new Definition(norm, Samples.doubles(x), gamma, null, n);
        float[] mean = new float[rows];
        float[] rstd = new float[rows];
        kernels().normalize(norm, x, gamma, null, rows, n, EPS, new float[x.length], mean, rstd);
        float[] dBeta = unclean(n);
        assertOutput("dGamma", expected.dGamma(dy), NORM_CLOSE, (out, add) -> kernels().normalizeBackward(
                norm, x, gamma, mean, rstd, dy, rows, n, null, false, out, add, dBeta, false));
        assertClose("dBeta", dBeta, expected.dBeta(dy), NORM_CLOSE);
    }

    @ParameterizedTest
    @EnumSource
    default void residualNormalizeAddsTheDroppedBranchFirst(RowNorm norm) {
        for (float p : new float[] {0, 0.3f}) {
            for (int n : ODD_SIZES) {
                float[] x = normal(12, NORM_ROWS * n);
                float[] branch = normal(13, NORM_ROWS * n);
                float[] gamma = positive(14, n);
                float[] beta = p == 0 ? null : normal(15, n);
                double[] sum = new double[x.length];
                for (int i = 0; i < sum.length; i++) {
                    boolean keeps = p == 0 || CounterRandom.keeps(55, i, CounterRandom.dropBelow(p));
                    sum[i] = x[i] + (keeps ? branch[i] / (1 - (double) p) : 0);
                }
                float[] foundSum = unclean(x.length);
                float[] out = unclean(x.length);
                float[] mean = unclean(NORM_ROWS);
                float[] rstd = unclean(NORM_ROWS);
                kernels().residualNormalize(norm, x, branch, p, 55, gamma, beta, NORM_ROWS, n, EPS, foundSum, out, mean,
                        rstd);
                assertClose("sum", foundSum, sum, 1e-6);
                Definition expected = new Definition(norm, sum, gamma, beta, n);
                assertClose("normed " + n, out, expected.y, toleranceFor(n));
                assertClose("mean", mean, expected.mean, NORM_CLOSE);
                assertClose("rstd", rstd, expected.rstd, NORM_CLOSE);
            }
        }
    }
}
