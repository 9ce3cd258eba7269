package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.Samples.ODD_SIZES;
import static inkhorn.autograd.kernel.Samples.assertClose;
import static inkhorn.autograd.kernel.Samples.assertOutput;
import static inkhorn.autograd.kernel.Samples.indices;
import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.unclean;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The kernels along the middle axis of (outer, n, inner), and those that pick rows. */
public interface AxisKernelsContract {

    int[][] BLOCKS = {{1, 1, 1}, {1, 207, 1}, {3, 7, 1}, {65, 13, 1}, {1, 13, 7}, {1, 207, 64}, {1, 64, 207}, {2, 3, 5},
        {3, 31, 13}, {7, 1, 16}, {1, 1023, 65}, {1, 5000, 1}};

    Kernels kernels();

    @Test
    default void sumRunsOverTheMiddleAxis() {
        for (int[] block : BLOCKS) {
            int outer = block[0];
            int n = block[1];
            int inner = block[2];
            float[] x = normal(1, outer * n * inner);
            double[] expected = new double[outer * inner];
            for (int i = 0; i < x.length; i++) {
                expected[i / (n * inner) * inner + i % inner] += -0.5 * x[i];
            }
            assertOutput("sum of " + outer + ", " + n + ", " + inner, expected, 1e-5,
                    (out, add) -> kernels().sum(x, outer, n, inner, -0.5f, out, add));
        }
    }

    @Test
    default void sumOfNothingIsZero() {
        float[] out = unclean(3);
        kernels().sum(new float[0], 1, 0, 3, 1, out, false);
        assertClose("sum", out, new double[3], 0);
    }

    @Test
    default void maxIsTheFirstLargestAndItsGradientGoesThere() {
        for (int[] block : BLOCKS) {
            int outer = block[0];
            int n = block[1];
            int inner = block[2];
            float[] x = rounded(normal(2, outer * n * inner));
            double[] expected = new double[outer * inner];
            int[] expectedWhere = new int[outer * inner];
            float[] dy = normal(3, outer * inner);
            double[] dx = new double[x.length];
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < inner; i++) {
                    int best = 0;
                    for (int j = 1; j < n; j++) {
                        best = x[(o * n + j) * inner + i] > x[(o * n + best) * inner + i] ? j : best;
                    }
                    expected[o * inner + i] = x[(o * n + best) * inner + i];
                    expectedWhere[o * inner + i] = best;
                    dx[(o * n + best) * inner + i] = dy[o * inner + i];
                }
            }
            float[] out = unclean(expected.length);
            int[] where = new int[expected.length];
            kernels().max(x, outer, n, inner, out, where);
            assertClose("max", out, expected, 0);
            assertThat(where).isEqualTo(expectedWhere);
            assertOutput("max backward", dx, 1e-6,
                    (to, add) -> kernels().maxBackward(dy, where, outer, n, inner, to, add));
        }
    }

    /** To halves, so that there are ties. */
    private static float[] rounded(float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.round(2 * x[i]) / 2f;
        }
        return x;
    }

    @Test
    default void aNaNWinsTheMaximum() {
        for (int n : new int[] {5, 40}) {
            float[] x = normal(4, n);
            x[3] = Float.NaN;
            x[4] = Float.POSITIVE_INFINITY;
            float[] out = new float[1];
            int[] where = new int[1];
            kernels().max(x, 1, n, 1, out, where);
            assertThat(out[0]).isNaN();
            assertThat(where[0]).isEqualTo(3);
        }
    }

    @Test
    default void theMaximumOfInfinitiesIsFound() {
        float[] x = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float[] out = new float[1];
        int[] where = {-1};
        kernels().max(x, 1, 2, 1, out, where);
        assertThat(out[0]).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(where[0]).isZero();
    }

    @Test
    default void sumOfSquaresIsExactToManyDigits() {
        for (int n : new int[] {0, 1, 3, 7, 13, 64, 207, 5000, 200_003}) {
            float[] x = normal(5, n + 3);
            double expected = 0;
            for (int i = 0; i < n; i++) {
                expected += (double) x[i] * x[i];
            }
            assertThat(kernels().sumOfSquares(x, n)).isCloseTo(expected, within(1e-6 * expected));
        }
    }

    @Test
    default void sumsOfSquaresOfAPartHaveTheBitsOfTheSameBlocksOfAll() {
        int block = AxisKernels.SQUARES_BLOCK;
        int n = 3 * block + 100;
        float[] x = normal(6, n);
        double[] all = new double[4];
        kernels().sumsOfSquares(x, 0, n, all);
        double[] last = new double[3];
        kernels().sumsOfSquares(x, block, n - block, last);
        assertThat(last).containsExactly(all[1], all[2], all[3]);
        assertThat(kernels().sumOfSquares(x, n)).isEqualTo(all[0] + all[1] + all[2] + all[3]);
        double expected = 0;
        for (int i = 3 * block; i < n; i++) {
            expected += (double) x[i] * x[i];
        }
        assertThat(all[3]).isCloseTo(expected, within(1e-6 * expected));
    }

    @Test
    default void sumOfSquaresDoesNotOverflowFloat() {
        assertThat(kernels().sumOfSquares(new float[] {1e25f, 1e25f}, 2)).isCloseTo(2e50, within(1e45));
    }

    @Test
    default void gatherRowsCopiesRowsByIndex() {
        for (int n : ODD_SIZES) {
            float[] table = normal(6, 11 * n);
            int[] ids = indices(7, 17, 11);
            double[] expected = new double[17 * n];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = table[ids[i / n] * n + i % n];
            }
            float[] out = unclean(expected.length);
            kernels().gatherRows(table, n, ids, 17, out);
            assertClose("gather", out, expected, 0);
        }
    }

    @Test
    default void scatterAddRowsAddsEveryMentionOfARow() {
        for (int n : ODD_SIZES) {
            float[] dy = normal(8, 40 * n);
            int[] ids = indices(9, 40, 11);
            double[] expected = new double[11 * n];
            for (int i = 0; i < dy.length; i++) {
                expected[ids[i / n] * n + i % n] += dy[i];
            }
            assertOutput("scatter", expected, 2e-6,
                    (out, add) -> kernels().scatterAddRows(dy, ids, 40, n, 11, out, add));
        }
    }
}
