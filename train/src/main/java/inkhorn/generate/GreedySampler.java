package inkhorn.generate;

/** The likeliest token, always. */
final class GreedySampler implements Sampler {

    @Override
    public int choose(float[] logits, double uniform) {
        return largest(logits);
    }

    /** The index of the largest logit, the first of several. */
    static int largest(float[] logits) {
        int best = 0;
        for (int id = 0; id < logits.length; id++) {
            if (Float.isNaN(logits[id]) || logits[id] == Float.POSITIVE_INFINITY) {
                throw new IllegalStateException("sampling: the logit of token " + id + " is " + logits[id]
                        + ", so the model's weights are damaged; use an earlier checkpoint");
            }
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }
}
