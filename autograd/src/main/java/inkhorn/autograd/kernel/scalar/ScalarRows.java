package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.RowKernels;

/** The scalar kernels over rows of n: softmax, its logarithm and cross-entropy. Sums run in double. */
interface ScalarRows extends RowKernels {
    private static float largest(float[] x, int at, int n) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, x[at + i]);
        }
        return largest;
    }

    /** log(sum(exp(x))) of a row, shifted by its largest so that nothing overflows (Blanchard et al. 2021). */
    private static double logSumExp(float[] x, int at, int n) {
        double shift = largest(x, at, n);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.exp(x[at + i] - shift);
        }
        return shift + Math.log(sum);
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
    default double crossEntropy(float[] logits, int[] targets, int rows, int n, float[] gradient) {
        int counted = 0;
        for (int row = 0; row < rows; row++) {
            counted += targets[row] >= 0 ? 1 : 0;
        }
        double loss = 0;
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            int target = targets[row];
            if (target < 0) {
                for (int i = 0; i < n && gradient != null; i++) {
                    gradient[at + i] = 0;
                }
                continue;
            }
            double logSum = logSumExp(logits, at, n);
            loss += logSum - logits[at + target];
            for (int i = 0; i < n && gradient != null; i++) {
                double probability = Math.exp(logits[at + i] - logSum);
                gradient[at + i] = (float) ((probability - (i == target ? 1 : 0)) / counted);
            }
        }
        return counted == 0 ? 0 : loss / counted;
    }
}
