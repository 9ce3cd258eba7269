package inkhorn.generate;

/** See {@link LogitTransform#temperature}. */
record Temperature(double temperature) implements LogitTransform {

    Temperature {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("temperature must be above 0 and finite, found " + temperature);
        }
    }

    /** The largest becomes 0, which softmax does not notice: so the smallest temperature does not overflow. */
    @Override
    public void apply(double[] scores, TextSoFar text) {
        int best = Scores.largest(scores);
        double largest = best < 0 ? 0 : scores[best];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = (scores[id] - largest) / temperature;
        }
    }
}
