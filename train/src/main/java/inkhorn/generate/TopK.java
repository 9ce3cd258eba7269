package inkhorn.generate;

/** See {@link LogitTransform#topK}. */
record TopK(int k) implements LogitTransform {

    TopK {
        if (k < 1) {
            throw new IllegalArgumentException("top-k must be at least 1, found " + k);
        }
    }

    @Override
    public void apply(double[] scores, TextSoFar text) {
        Scores.keepLargest(scores, k);
    }
}
