package inkhorn.generate;

import java.util.Arrays;

/** Arithmetic on scores, in double and strict, so that a seed gives the same text on every machine. */
public final class Scores {
    /** The score of an excluded token. */
    static final double EXCLUDED = Double.NEGATIVE_INFINITY;

    private static final int FEW = 1024;

    private Scores() {}

    /** @throws NonFiniteLogitsException when a logit is NaN or infinitely large */
    static double[] of(float[] logits) {
        double[] scores = new double[logits.length];
        for (int id = 0; id < logits.length; id++) {
            if (Float.isNaN(logits[id]) || logits[id] == Float.POSITIVE_INFINITY) {
                throw new NonFiniteLogitsException(id, logits[id]);
            }
            scores[id] = logits[id];
        }
        return scores;
    }

    /**
     * The scores of logits after a transform.
     *
     * @throws NonFiniteLogitsException when a logit is NaN or infinitely large
     */
    public static double[] of(float[] logits, LogitTransform transform, TextSoFar text) {
        double[] scores = of(logits);
        transform.apply(scores, text);
        return scores;
    }

    /** Softmax of the scores after a transform: what {@link Sampler#drawing} draws with. */
    public static double[] probabilities(float[] logits, LogitTransform transform, TextSoFar text) {
        double[] weights = weights(of(logits, transform, text));
        double total = sum(weights);
        for (int id = 0; id < weights.length; id++) {
            weights[id] /= total;
        }
        return weights;
    }

    /**
     * What the model itself gives a token, whatever the strategy makes of its logits: log softmax(logits)[id], in nats.
     */
    public static double logProbability(float[] logits, int id) {
        float largest = logits[0];
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double total = 0;
        for (float logit : logits) {
            total += StrictMath.exp((double) logit - largest);
        }
        return (double) logits[id] - largest - StrictMath.log(total);
    }

    /**
     * The first id at which the cumulative weight exceeds the target; the last possible one when rounding leaves none.
     */
    static int pick(double[] weights, double target) {
        double cumulative = 0;
        int last = -1;
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

    /** The id of the largest score, the lowest of several; -1 when all are excluded. */
    static int largest(double[] scores) {
        int best = -1;
        double most = EXCLUDED;
        for (int id = 0; id < scores.length; id++) {
            if (scores[id] > most) {
                best = id;
                most = scores[id];
            }
        }
        return best;
    }

    /** exp(score - largest): what softmax divides by its sum. 0 for what is excluded. */
    static double[] weights(double[] scores) {
        double[] weights = new double[scores.length];
        int best = largest(scores);
        for (int id = 0; id < scores.length; id++) {
            weights[id] = scores[id] == EXCLUDED ? 0 : StrictMath.exp(scores[id] - scores[best]);
        }
        return weights;
    }

    static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    /** Turns scores into log-probabilities, in place. */
    static void logSoftmax(double[] scores) {
        int best = largest(scores);
        if (best < 0) {
            return;
        }
        double logTotal = scores[best] + StrictMath.log(sum(weights(scores)));
        for (int id = 0; id < scores.length; id++) {
            scores[id] -= logTotal;
        }
    }

    /** Excludes all but the {@code count} largest; of those equal to the smallest kept, the lowest ids stay. */
    static void keepLargest(double[] scores, int count) {
        if (count >= scores.length) {
            return;
        }
        double threshold = smallestOfLargest(scores, count);
        int ties = count;
        for (double score : scores) {
            ties -= score > threshold ? 1 : 0;
        }
        for (int id = 0; id < scores.length; id++) {
            boolean isKept = scores[id] > threshold || scores[id] == threshold && ties-- > 0;
            scores[id] = isKept ? scores[id] : EXCLUDED;
        }
    }

    /** Sorting a large vocabulary costs milliseconds a token; of a few, only these are kept in order. */
    private static double smallestOfLargest(double[] scores, int count) {
        if (count > FEW) {
            double[] sorted = scores.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length - count];
        }
        double[] top = Arrays.copyOf(scores, count);
        Arrays.sort(top);
        for (int id = count; id < scores.length; id++) {
            if (scores[id] > top[0]) {
                int found = Arrays.binarySearch(top, scores[id]);
                int at = found < 0 ? -found - 2 : found;
                System.arraycopy(top, 1, top, 0, at);
                top[at] = scores[id];
            }
        }
        return top[0];
    }
}
