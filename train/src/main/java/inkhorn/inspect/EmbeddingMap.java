package inkhorn.inspect;

import inkhorn.autograd.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * The embeddings of all tokens in two dimensions: their first two principal components (Hotelling 1933).
 *
 * @param x      of each token, in the order of ids
 * @param y      of each token
 * @param shares of the variance that x and y have, 0 to 1
 */
public record EmbeddingMap(float[] x, float[] y, double[] shares) {

    /**
     * Computes it in double; the time grows with {@code V·C² + C³}. An axis points to where its largest weight is
     * positive, so that a table always gives the same map.
     *
     * @param table (V, C), a row for each token; C at least 1
     */
    public static EmbeddingMap of(Tensor table) {
        int rows = table.shape().dim(0);
        int channels = table.shape().last();
        double[] means = new double[channels];
        for (int i = 0; i < rows * channels; i++) {
            means[i % channels] += table.data()[i] / (double) rows;
        }
        EigenDecomposition components = new EigenDecomposition(
                new Array2DRowRealMatrix(covariance(table, means), false));
        double[] variances = components.getRealEigenvalues();           // the largest first
        double total = Arrays.stream(variances).sum();
        float[][] axes = new float[2][rows];
        double[] shares = new double[2];
        for (int axis = 0; axis < Math.min(2, channels); axis++) {
            double[] weights = components.getEigenvector(axis).toArray();
            double largest = Arrays.stream(weights).reduce(0, (a, b) -> Math.abs(b) > Math.abs(a) ? b : a);
            for (int row = 0; row < rows; row++) {
                double at = 0;
                for (int c = 0; c < channels; c++) {
                    at += (table.data()[row * channels + c] - means[c]) * weights[c];
                }
                axes[axis][row] = (float) (largest < 0 ? -at : at);
            }
            shares[axis] = total <= 0 ? 0 : Math.max(0, variances[axis]) / total;
        }
        return new EmbeddingMap(axes[0], axes[1], shares);
    }

    /** (C, C). Each row is summed up by one thread in the order of tokens, so that the bits are always the same. */
    private static double[][] covariance(Tensor table, double[] means) {
        int rows = table.shape().dim(0);
        int channels = means.length;
        double[][] covariance = new double[channels][channels];
        IntStream.range(0, channels).parallel().forEach(c -> {
            double[] row = covariance[c];
            for (int from = 0; from < rows * channels; from += channels) {
                double own = table.data()[from + c] - means[c];
                for (int other = c; other < channels; other++) {
                    row[other] += own * (table.data()[from + other] - means[other]);
                }
            }
        });
        for (int c = 0; c < channels; c++) {
            for (int other = c; other < channels; other++) {
                covariance[c][other] /= rows;
                covariance[other][c] = covariance[c][other];
            }
        }
        return covariance;
    }
}
