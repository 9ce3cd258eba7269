package inkhorn.inspect;

import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Position;
import java.util.Arrays;

/**
 * The attention of one head, step by step (Vaswani et al. 2017, 3.2.1), in plain loops: the model itself never holds
 * these tables.
 *
 * @param scores  (T, T) {@code q · k / √D}, query by key; with ALiBi less what the distance takes
 * @param masked  the scores, with -∞ for keys later than the query
 * @param weights the softmax of each row of masked: rows sum to 1
 * @param values  (T, D) the value vector of each position
 * @param output  (T, D) {@code weights · values}: the weighted sum of value vectors for each query
 */
public record HeadStages(int layer, int head, double[][] scores, double[][] masked, double[][] weights,
                         double[][] values, double[][] output) {
    static HeadStages of(float[] qkv, int time, GptConfig config, int layer, int head) {
        int size = config.headSize();
        int keyHead = head * config.keyHeads() / config.nHead();
        double[][] queries = part(qkv, time, head * size, size);
        double[][] keys = part(qkv, time, config.nEmbd() + keyHead * size, size);
        double[][] values = part(qkv, time, config.nEmbd() + config.keyChannels() + keyHead * size, size);
        boolean alibi = config.position() == Position.ALIBI;
        double[][] scores = scores(queries, keys,
                new AttentionShape(1, time, config.nHead(), config.keyHeads(), size, alibi).slope(head));
        double[][] masked = masked(scores);
        double[][] weights = Arrays.stream(masked).map(HeadStages::softmax).toArray(double[][]::new);
        return new HeadStages(layer, head, scores, masked, weights, values, product(weights, values));
    }

    /** The channels of one head from {@code first} on, (T, D). */
    private static double[][] part(float[] qkv, int time, int first, int size) {
        double[][] rows = new double[time][size];
        for (int t = 0; t < time; t++) {
            for (int d = 0; d < size; d++) {
                rows[t][d] = qkv[t * (qkv.length / time) + first + d];
            }
        }
        return rows;
    }

    private static double[][] scores(double[][] queries, double[][] keys, double slope) {
        double[][] scores = new double[queries.length][keys.length];
        for (int q = 0; q < queries.length; q++) {
            for (int k = 0; k < keys.length; k++) {
                double dot = 0;
                for (int d = 0; d < queries[q].length; d++) {
                    dot += queries[q][d] * keys[k][d];
                }
                scores[q][k] = dot / Math.sqrt(queries[q].length) - slope * (q - k);
            }
        }
        return scores;
    }

    private static double[][] masked(double[][] scores) {
        double[][] masked = new double[scores.length][];
        for (int q = 0; q < scores.length; q++) {
            masked[q] = scores[q].clone();
            Arrays.fill(masked[q], q + 1, scores.length, Double.NEGATIVE_INFINITY);
        }
        return masked;
    }

    /** The largest is taken off first, so that no exponential overflows. */
    static double[] softmax(double[] row) {
        double largest = Arrays.stream(row).max().orElseThrow();
        double[] weights = Arrays.stream(row).map(x -> Math.exp(x - largest)).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / sum).toArray();
    }

    private static double[][] product(double[][] weights, double[][] values) {
        double[][] output = new double[weights.length][values[0].length];
        for (int q = 0; q < weights.length; q++) {
            for (int k = 0; k < values.length; k++) {
                for (int d = 0; d < values[k].length; d++) {
                    output[q][d] += weights[q][k] * values[k][d];
                }
            }
        }
        return output;
    }
}
