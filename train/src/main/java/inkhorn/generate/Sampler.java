package inkhorn.generate;

/** Chooses the next token. A pure function, which any thread may call: what is random about it is handed in. */
@FunctionalInterface
public interface Sampler {
    /**
     * @param logits one score a token, V of them; only read
     * @param text what stands before the token
     * @param uniform a draw from [0, 1)
     * @return the chosen token, in 0 … V-1, or -1 when every token is excluded
     * @throws NonFiniteLogitsException when a logit is NaN or infinitely large, as after a failed training
     */
    int choose(float[] logits, TextSoFar text, double uniform);

    /** As above, where the text before does not matter. */
    default int choose(float[] logits, double uniform) {
        return choose(logits, TextSoFar.NONE, uniform);
    }

    /** The token with the largest logit; the lowest id of several. */
    static Sampler greedy() {
        return greedy(LogitTransform.NONE);
    }

    /** The token with the largest score after a transform; the lowest id of several. */
    static Sampler greedy(LogitTransform transform) {
        return (logits, text, uniform) -> Scores.largest(Scores.of(logits, transform, text));
    }

    /**
     * A draw from the softmax of the scores after a transform, by walking the cumulative probabilities in the order of
     * ids.
     */
    static Sampler drawing(LogitTransform transform) {
        return (logits, text, uniform) -> {
            double[] weights = Scores.weights(Scores.of(logits, transform, text));
            return Scores.pick(weights, uniform * Scores.sum(weights));
        };
    }

    /** A draw, penalties before warping as in Hugging Face's {@code generate}. */
    static Sampler drawing(Penalties penalties, Warping warping) {
        return drawing(penalties.transform().then(warping.transform()));
    }

    /**
     * A draw from softmax(logits / temperature), over all tokens or the k likeliest.
     *
     * @param temperature below 1 sharpens, above 1 flattens; 0 is {@link #greedy()}
     * @param topK how many of the largest logits take part, ties by lowest id; 0 for all
     * @throws IllegalArgumentException naming the option that is out of range
     */
    static Sampler of(double temperature, int topK) {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("temperature must be at least 0 and finite, found " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top-k must be at least 1, or 0 for all tokens, found " + topK);
        }
        return temperature == 0 ? greedy() : drawing(Penalties.NONE, new Warping(temperature, topK, 1, 0, 1));
    }
}
