package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.Samples.ODD_SIZES;
import static inkhorn.autograd.kernel.Samples.assertClose;
import static inkhorn.autograd.kernel.Samples.assertOutput;
import static inkhorn.autograd.kernel.Samples.indices;
import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.unclean;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Softmax, its relatives, and cross-entropy over rows of n. */
public interface RowKernelsContract {

    int ROWS = 5;

    Kernels kernels();

    private static double[] softmax(float[] x, int n) {
        double[] y = new double[x.length];
        for (int at = 0; at < x.length; at += n) {
            double sum = 0;
            for (int i = at; i < at + n; i++) {
                sum += Math.exp(x[i]);
            }
            for (int i = at; i < at + n; i++) {
                y[i] = Math.exp(x[i]) / sum;
            }
        }
        return y;
    }

    private static double rowDot(float[] a, float[] b, int row, int n) {
        double dot = 0;
        for (int i = row * n; i < (row + 1) * n; i++) {
            dot += (double) a[i] * b[i];
        }
        return dot;
    }

    @Test
    default void softmaxAndItsLogarithmAgreeWithTheirDefinitions() {
        for (int n : ODD_SIZES) {
            float[] x = normal(1, ROWS * n);
            double[] expected = softmax(x, n);
            double[] logs = Arrays.stream(expected).map(Math::log).toArray();
            float[] out = unclean(x.length);
            kernels().softmax(x, ROWS, n, out);
            assertClose("softmax " + n, out, expected, 1e-6);
            kernels().logSoftmax(x, ROWS, n, out);
            assertClose("log-softmax " + n, out, logs, 2e-6);

            float[] inPlace = x.clone();
            kernels().softmax(inPlace, ROWS, n, inPlace);
            assertClose("softmax in place", inPlace, expected, 1e-6);
            kernels().logSoftmax(x, ROWS, n, x);
            assertClose("log-softmax in place", x, logs, 2e-6);
        }
    }

    @Test
    default void softmaxOfLargeAndMaskedNumbersIsFinite() {
        float[] x = {1000, 999, Float.NEGATIVE_INFINITY, -1000, -1001, -1e30f};
        double second = 1 / (1 + Math.E);
        float[] out = unclean(6);
        kernels().softmax(x, 2, 3, out);
        assertClose("softmax", out, new double[] {1 - second, second, 0, 1 - second, second, 0}, 1e-6);
    }

    @Test
    default void backwardOfSoftmaxAgreesWithItsDefinition() {
        for (int n : ODD_SIZES) {
            float[] x = normal(2, ROWS * n);
            float[] dy = normal(3, ROWS * n);
            float[] y = new float[x.length];
            double[] exact = softmax(x, n);
            for (int i = 0; i < y.length; i++) {
                y[i] = (float) exact[i];
            }
            double[] expected = new double[x.length];
            Arrays.setAll(expected, i -> y[i] * (dy[i] - rowDot(dy, y, i / n, n)));
            assertOutput("softmax backward " + n, expected, 2e-6,
                    (dx, add) -> kernels().softmaxBackward(y, dy, ROWS, n, dx, add));
        }
    }

    @Test
    default void backwardOfLogSoftmaxAgreesWithItsDefinition() {
        for (int n : ODD_SIZES) {
            float[] x = normal(4, ROWS * n);
            float[] dy = normal(5, ROWS * n);
            float[] ones = new float[x.length];
            Arrays.fill(ones, 1);
            double[] probabilities = softmax(x, n);
            float[] y = new float[x.length];
            for (int i = 0; i < y.length; i++) {
                y[i] = (float) Math.log(probabilities[i]);
            }
            double[] expected = new double[x.length];
            Arrays.setAll(expected, i -> dy[i] - probabilities[i] * rowDot(dy, ones, i / n, n));
            assertOutput("log-softmax backward " + n, expected, 5e-6,
                    (dx, add) -> kernels().logSoftmaxBackward(y, dy, ROWS, n, dx, add));
        }
    }

    private double loss(float[] logits, int[] targets, int rows, int n, float[] gradient) {
        CrossEntropyRows losses = CrossEntropyRows.of(targets, rows);
        Arrays.fill(losses.losses(), Double.NaN);
        kernels().crossEntropy(logits, losses, n, gradient);
        return losses.mean();
    }

    @Test
    default void crossEntropyIsTheMeanOverCountedRows() {
        for (int n : ODD_SIZES) {
            float[] logits = normal(6, ROWS * n);
            int[] targets = indices(7, ROWS, n);
            targets[2] = -1;
            double[] probabilities = softmax(logits, n);
            double expected = 0;
            double[] gradient = new double[logits.length];
            for (int i = 0; i < logits.length; i++) {
                int target = targets[i / n];
                boolean hit = i % n == target;
                expected -= hit ? Math.log(probabilities[i]) / 4 : 0;
                gradient[i] = target < 0 ? 0 : (probabilities[i] - (hit ? 1 : 0)) / 4;
            }
            float[] out = unclean(logits.length);
            assertThat(loss(logits, targets, ROWS, n, out)).isCloseTo(expected, within(2e-6));
            assertClose("gradient", out, gradient, 1e-6);
            assertThat(loss(logits, targets, ROWS, n, null)).isCloseTo(expected, within(2e-6));
            assertThat(loss(logits, targets, ROWS, n, logits)).isCloseTo(expected, within(2e-6));
            assertClose("gradient in place of the logits", logits, gradient, 1e-6);
        }
    }

    @Test
    default void crossEntropyWithoutACountedRowIsZero() {
        float[] gradient = unclean(6);
        double loss = loss(normal(8, 6), new int[] {-1, -100}, 2, 3, gradient);
        assertThat(loss).isZero();
        assertClose("gradient", gradient, new double[6], 0);
    }

    @Test
    default void crossEntropyOfConfidentLogitsIsFinite() {
        float[] logits = {1000, 0, -1000};
        assertThat(loss(logits, new int[] {2}, 1, 3, null)).isCloseTo(2000, within(1e-3));
        assertThat(loss(logits, new int[] {0}, 1, 3, null)).isCloseTo(0, within(1e-6));
    }

    @Test
    default void crossEntropyOfManyRowsAgrees() {
        int rows = 301;
        int n = 65;
        float[] logits = normal(9, rows * n);
        int[] targets = indices(10, rows, n);
        double[] probabilities = softmax(logits, n);
        double expected = 0;
        for (int row = 0; row < rows; row++) {
            expected -= Math.log(probabilities[row * n + targets[row]]) / rows;
        }
        assertThat(loss(logits, targets, rows, n, null)).isCloseTo(expected, within(2e-6));
    }

    @Test
    default void crossEntropyOfSmoothedTargetsWithAZLossIsThatOfTheDefinition() {
        for (int n : ODD_SIZES) {
            float[] logits = normal(6, ROWS * n);
            int[] targets = indices(7, ROWS, n);
            targets[2] = -1;
            double expected = 0;
            double[] gradient = new double[logits.length];
            for (int row = 0; row < ROWS; row++) {
                double z = 0;
                for (int i = 0; i < n; i++) {
                    z += Math.exp(logits[row * n + i]);
                }
                for (int i = 0; i < n && targets[row] >= 0; i++) {
                    double wanted = 0.2 / n + (i == targets[row] ? 0.8 : 0);
                    double p = Math.exp(logits[row * n + i]) / z;
                    expected -= wanted * Math.log(p) / 4;
                    gradient[row * n + i] = (p - wanted + 2 * 0.3 * Math.log(z) * p) / 4;
                }
                expected += targets[row] < 0 ? 0 : 0.3 * Math.log(z) * Math.log(z) / 4;
            }
            float[] out = unclean(logits.length);
            CrossEntropyRows rows = CrossEntropyRows.of(targets, ROWS, 0.2, 0.3, n);
            kernels().crossEntropy(logits, rows, n, out);
            assertThat(rows.mean()).isCloseTo(expected, within(5e-6));
            assertClose("gradient", out, gradient, 2e-6);
        }
    }

    /** Row by row and column by column, where vectors end at other places than in the whole. */
    @Test
    default void crossEntropyInPartsHasTheBitsOfTheWhole() {
        crossEntropyInParts(0, 0);
        crossEntropyInParts(0.1, 1e-2);
    }

    private void crossEntropyInParts(double labelSmoothing, double zLoss) {
        for (int n : ODD_SIZES) {
            float[] logits = normal(11, ROWS * n);
            int[] targets = indices(12, ROWS, n);
            targets[1] = -1;
            float[] gradient = new float[logits.length];
            CrossEntropyRows whole = CrossEntropyRows.of(targets, ROWS, labelSmoothing, zLoss, n);
            kernels().crossEntropy(logits, whole, n, gradient);
            CrossEntropyRows parts = CrossEntropyRows.withSums(targets, ROWS, labelSmoothing, zLoss, n);
            for (int row = 0; row < ROWS; row++) {
                kernels().crossEntropy(Arrays.copyOfRange(logits, row * n, (row + 1) * n), parts.part(row, row + 1), n,
                        null);
            }
            assertThat(parts.losses()).isEqualTo(whole.losses());
            assertThat(parts.mean()).isEqualTo(whole.mean());
            int width = 1 + n / 3;
            for (int first = 0; first < n; first += width) {
                int columns = Math.min(width, n - first);
                float[] part = columns(logits, n, first, columns);
                kernels().crossEntropyGradient(part, parts, columns, first);
                assertThat(part).as("columns from %d of %d", first, n).isEqualTo(columns(gradient, n, first, columns));
            }
        }
    }

    private static float[] columns(float[] x, int n, int first, int count) {
        float[] part = new float[x.length / n * count];
        for (int row = 0; row < x.length / n; row++) {
            System.arraycopy(x, row * n + first, part, row * count, count);
        }
        return part;
    }
}
