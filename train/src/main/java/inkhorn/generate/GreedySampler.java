package inkhorn.generate;

/** The likeliest token, always. */
record GreedySampler(LogitTransform transform) implements Sampler {

    @Override
    public int choose(float[] logits, TextSoFar text, double uniform) {
        double[] scores = Scores.of(logits);
        transform.apply(scores, text);
        return Scores.largest(scores);
    }
}
