package inkhorn.generate;

import java.util.Arrays;

/**
 * Draws from softmax(logits / temperature) over the k largest logits (Fan et al. 2018, 5.4), by walking the cumulative
 * probabilities in the order of ids. In double and strict arithmetic, so that a seed gives the same text on every machine.
 */
final class SoftmaxSampler implements Sampler {

    private final double temperature;
    private final int topK;

    /** @param topK 0 for all tokens */
    SoftmaxSampler(double temperature, int topK) {
        this.temperature = temperature;
        this.topK = topK;
    }

    @Override
    public int choose(float[] logits, double uniform) {
        double largest = logits[GreedySampler.largest(logits)];
        double[] weights = new double[logits.length];
        boolean[] kept = topK == 0 || topK >= logits.length ? null : largest(logits, topK);
        double total = 0;
        for (int id = 0; id < logits.length; id++) {
            if (kept == null || kept[id]) {
                weights[id] = StrictMath.exp((logits[id] - largest) / temperature);
                total += weights[id];
            }
        }
        return pick(weights, uniform * total);
    }

    /** The first id at which the cumulative weight exceeds the target; the last possible one when rounding leaves none. */
    private static int pick(double[] weights, double target) {
        double cumulative = 0;
        int last = 0;
        for (int id = 0; id < weights.length; id++) {
            cumulative += weights[id];
            if (weights[id] > 0) {
                last = id;
                if (cumulative > target) {
                    return id;
                }
            }
        }
        return last;
    }

    /** Marks the k largest logits; of those equal to the smallest kept, the lowest ids. */
    private static boolean[] largest(float[] logits, int k) {
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        float threshold = sorted[sorted.length - k];
        int above = 0;
        for (float logit : logits) {
            above += logit > threshold ? 1 : 0;
        }
        boolean[] kept = new boolean[logits.length];
        int ties = k - above;
        for (int id = 0; id < logits.length; id++) {
            kept[id] = logits[id] > threshold || logits[id] == threshold && ties-- > 0;
        }
        return kept;
    }
}
