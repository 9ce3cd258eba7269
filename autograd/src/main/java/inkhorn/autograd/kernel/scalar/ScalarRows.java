package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.CrossEntropyRows;
import inkhorn.autograd.kernel.RowKernels;
import java.util.Arrays;

/** The scalar kernels over rows of n: softmax, its logarithm and cross-entropy. Sums run in double. */
interface ScalarRows extends RowKernels {
    private static float largest(float[] x, int at, int n) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, x[at + i]);
        }
        return largest;
    }

    /** sum(exp(x - shift)) of a row; with its largest as the shift nothing overflows (Blanchard et al. 2021). */
    private static double sumOfExp(float[] x, int at, int n, double shift) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.exp(x[at + i] - shift);
        }
        return sum;
    }

    /** log(sum(exp(x))) of a row. */
    private static double logSumExp(float[] x, int at, int n) {
        double shift = largest(x, at, n);
        return shift + Math.log(sumOfExp(x, at, n, shift));
    }

    @Override
    default void softmax(float[] x, int rows, int n, float[] out) {
        double[] weight = new double[n];
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double shift = largest(x, at, n);
            double sum = 0;
            for (int i = 0; i < n; i++) {
                weight[i] = Math.exp(x[at + i] - shift);
                sum += weight[i];
            }
            for (int i = 0; i < n; i++) {
                out[at + i] = (float) (weight[i] / sum);
            }
        }
    }

    @Override
    default void softmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double dot = 0;
            for (int i = 0; i < n; i++) {
                dot += (double) dy[at + i] * y[at + i];
            }
            for (int i = 0; i < n; i++) {
                float share = (float) (y[at + i] * (dy[at + i] - dot));
                dx[at + i] = add ? dx[at + i] + share : share;
            }
        }
    }

    @Override
    default void logSoftmax(float[] x, int rows, int n, float[] out) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double logSum = logSumExp(x, at, n);
            for (int i = 0; i < n; i++) {
                out[at + i] = (float) (x[at + i] - logSum);
            }
        }
    }

    @Override
    default void logSoftmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += dy[at + i];
            }
            for (int i = 0; i < n; i++) {
                float share = (float) (dy[at + i] - Math.exp(y[at + i]) * sum);
                dx[at + i] = add ? dx[at + i] + share : share;
            }
        }
    }

    @Override
    default void crossEntropy(float[] logits, CrossEntropyRows rows, int n, float[] gradient) {
        for (int row = 0; row < rows.count(); row++) {
            int at = row * n;
            int index = rows.first() + row;
            int target = rows.targets()[index];
            rows.losses()[index] = 0;
            if (target < 0) {
                clear(gradient, at, n);
                continue;
            }
            float largest = largest(logits, at, n);
            double sum = sumOfExp(logits, at, n, largest);
            double logSum = largest + Math.log(sum);
            rows.losses()[index] = rows.isPlain() ? logSum - logits[at + target]
                    : rows.loss(logSum, logits[at + target], total(logits, at, n));
            if (rows.sums() != null) {
                rows.largest()[index] = largest;
                rows.sums()[index] = sum;
            }
            if (gradient != null) {
                gradientOfRow(logits, at, n, target, logSum, rows, gradient);
            }
        }
    }

    @Override
    default void crossEntropyGradient(float[] logits, CrossEntropyRows rows, int n, int first) {
        for (int row = 0; row < rows.count(); row++) {
            int index = rows.first() + row;
            int target = rows.targets()[index];
            if (target < 0) {
                clear(logits, row * n, n);
                continue;
            }
            double logSum = rows.largest()[index] + Math.log(rows.sums()[index]);
            gradientOfRow(logits, row * n, n, target - first, logSum, rows, logits);
        }
    }

    private static void clear(float[] gradient, int at, int n) {
        if (gradient != null) {
            Arrays.fill(gradient, at, at + n, 0);
        }
    }

    private static double total(float[] x, int at, int n) {
        double total = 0;
        for (int i = 0; i < n; i++) {
            total += x[at + i];
        }
        return total;
    }

    /** The gradient of a row that counts; the target may be outside of these columns. */
    private static void gradientOfRow(float[] logits, int at, int n, int target, double logSum, CrossEntropyRows rows,
                                      float[] gradient) {
        double factor = rows.ofSoftmax(logSum);
        double hit = rows.hit();
        for (int i = 0; i < n; i++) {
            double share = Math.exp(logits[at + i] - logSum) * factor - rows.spread();
            gradient[at + i] = (float) ((share - (i == target ? hit : 0)) / rows.counted());
        }
    }
}
