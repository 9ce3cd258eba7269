package inkhorn.generate;

/** Draws from the softmax of the scores, by walking the cumulative probabilities in the order of ids. */
record SoftmaxSampler(LogitTransform transform) implements Sampler {

    @Override
    public int choose(float[] logits, TextSoFar text, double uniform) {
        double[] scores = Scores.of(logits);
        transform.apply(scores, text);
        double[] weights = Scores.weights(scores);
        return pick(weights, uniform * Scores.sum(weights));
    }

    /** The first id at which the cumulative weight exceeds the target; the last possible one when rounding leaves none. */
    private static int pick(double[] weights, double target) {
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
}
