package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Rng;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewtonSchulzTest {

    /** Square, a little and much wider, a little and much taller, and of one row or column. */
    @ParameterizedTest
    @CsvSource({"24, 24", "20, 24", "12, 70", "24, 20", "70, 12", "1, 9", "9, 1", "100, 130", "64, 256"})
    void equalsTheIterationInDoubleArithmetic(int rows, int columns) {
        double[][] x = new double[rows][columns];
        for (int i = 0; i < rows * columns; i++) {
            x[i / columns][i % columns] = (float) new Rng(3).normal(i);
        }
        assertEqual(NewtonSchulz.orthogonalize(flat(x), rows, columns), defined(x));
    }

    /** Of U·diag(σ)·Vᵀ it makes U·diag(f(σ))·Vᵀ, and f(σ) is about 1 unless σ is tiny. */
    @ParameterizedTest
    @CsvSource({"16, 16", "16, 40", "40, 16"})
    void bringsSingularValuesToAboutOneAndKeepsTheirVectors(int rows, int columns) {
        int n = Math.min(rows, columns);
        double[][] sigma = new double[rows][columns];
        double squares = 0;
        for (int i = 0; i < n; i++) {
            sigma[i][i] = 7 * Math.pow(0.8, i);
            squares += sigma[i][i] * sigma[i][i];
        }
        double[][] u = reflection(rows, 1);
        double[][] v = reflection(columns, 2);
        float[] found = NewtonSchulz.orthogonalize(flat(times(times(u, sigma), v)), rows, columns);
        double[][] near = new double[rows][columns];
        for (int i = 0; i < n; i++) {
            double s = sigma[i][i] / Math.sqrt(squares);
            for (int step = 0; step < 5; step++) {
                s = 3.4445 * s - 4.7750 * Math.pow(s, 3) + 2.0315 * Math.pow(s, 5);
            }
            near[i][i] = s;
            assertThat(s).isBetween(0.68, 1.14);
        }
        assertEqual(found, times(times(u, near), v));
    }

    /** As gradients of units that are never active are. */
    @ParameterizedTest
    @CsvSource({"16, 16", "16, 40", "40, 16"})
    void aMatrixOfLowRankStaysOne(int rows, int columns) {
        double[][] x = new double[rows][columns];
        for (int i = 0; i < rows * columns; i++) {
            x[i / columns][i % columns] = i / columns < 3 ? (float) new Rng(3).normal(i) : 0;
        }
        float[] found = NewtonSchulz.orthogonalize(flat(x), rows, columns);
        assertEqual(found, defined(x));
        for (int i = 3 * columns; i < rows * columns; i++) {
            assertThat(found[i]).isZero();
        }
    }

    static double[][] defined(double[][] matrix) {
        if (matrix.length > matrix[0].length) {
            return transposed(defined(transposed(matrix)));
        }
        double squares = 0;
        for (double[] row : matrix) {
            for (double value : row) {
                squares += value * value;
            }
        }
        double[][] x = combined(1 / (Math.sqrt(squares) + 1e-7), matrix, 0, matrix);
        for (int step = 0; step < 5; step++) {
            double[][] gram = times(x, transposed(x));
            double[][] ofX = combined(-4.7750, gram, 2.0315, times(gram, gram));
            x = combined(3.4445, x, 1, times(ofX, x));
        }
        return x;
    }

    private static double[][] combined(double a, double[][] x, double b, double[][] y) {
        double[][] sum = new double[x.length][x[0].length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < x[0].length; j++) {
                sum[i][j] = a * x[i][j] + b * y[i][j];
            }
        }
        return sum;
    }

    private static double[][] times(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }

    private static double[][] transposed(double[][] a) {
        double[][] other = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                other[j][i] = a[i][j];
            }
        }
        return other;
    }

    /** An orthogonal matrix after Householder. */
    private static double[][] reflection(int n, int seed) {
        double squares = 0;
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
            v[i] = new Rng(seed).normal(i);
            squares += v[i] * v[i];
        }
        double[][] reflection = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                reflection[i][j] = (i == j ? 1 : 0) - 2 * v[i] * v[j] / squares;
            }
        }
        return reflection;
    }

    private static float[] flat(double[][] x) {
        float[] flat = new float[x.length * x[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) x[i / x[0].length][i % x[0].length];
        }
        return flat;
    }

    private static void assertEqual(float[] found, double[][] expected) {
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("element %d", i)
                    .isCloseTo(expected[i / expected[0].length][i % expected[0].length], within(2e-4));
        }
    }
}
