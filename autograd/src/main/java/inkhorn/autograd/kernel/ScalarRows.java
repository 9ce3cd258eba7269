package inkhorn.autograd.kernel;

/** The scalar kernels over rows of n: softmax and its relatives, cross-entropy, layer normalisation. Sums run in double. */
final class ScalarRows {

    private ScalarRows() {
    }

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

    static void softmax(float[] x, int rows, int n, float[] out) {
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

    static void softmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {
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

    static void logSoftmax(float[] x, int rows, int n, float[] out) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double logSum = logSumExp(x, at, n);
            for (int i = 0; i < n; i++) {
                out[at + i] = (float) (x[at + i] - logSum);
            }
        }
    }

    static void logSoftmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add) {
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

    static double crossEntropy(float[] logits, int[] targets, int rows, int n, float[] gradient) {
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

    static void layerNorm(float[] x, float[] gamma, float[] beta, int rows, int n, float eps,
                          float[] out, float[] mean, float[] rstd) {
        for (int row = 0; row < rows; row++) {
            int at = row * n;
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += x[at + i];
            }
            double centre = sum / n;
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

    /** With x̂ = (x - mean) · rstd: {@code dx = rstd · (g - mean(g) - x̂ · mean(g · x̂)), g = dy · gamma}. */
    static void layerNormBackward(float[] x, float[] gamma, float[] mean, float[] rstd, float[] dy, int rows, int n,
                                  float[] dx, boolean addX) {
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
            for (int i = 0; i < n; i++) {
                double normed = ((double) x[at + i] - mean[row]) * rstd[row];
                double g = (double) dy[at + i] * gamma[i];
                float share = (float) (rstd[row] * (g - sum / n - normed * dot / n));
                dx[at + i] = addX ? dx[at + i] + share : share;
            }
        }
    }

    /** {@code dGamma = sum over rows of dy · x̂, dBeta = sum over rows of dy}. */
    static void layerNormBackwardParameters(float[] x, float[] mean, float[] rstd, float[] dy, int rows, int n,
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
