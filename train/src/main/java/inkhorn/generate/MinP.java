package inkhorn.generate;

/** See {@link LogitTransform#minP}. */
record MinP(double p) implements LogitTransform {

    MinP {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("min-p must be between 0 and 1, found " + p);
        }
    }

    @Override
    public void apply(double[] scores, TextSoFar text) {
        double[] weights = Scores.weights(scores);          // the likeliest token's is 1
        for (int id = 0; id < scores.length; id++) {
            if (weights[id] < p) {
                scores[id] = Scores.EXCLUDED;
            }
        }
    }
}
