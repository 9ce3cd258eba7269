package inkhorn.generate;

import java.util.Arrays;

/** See {@link LogitTransform#topP}. */
record TopP(double p) implements LogitTransform {

    TopP {
        if (!(p > 0 && p <= 1)) {
            throw new IllegalArgumentException("top-p must be above 0 and at most 1, found " + p);
        }
    }

    @Override
    public void apply(double[] scores, TextSoFar text) {
        if (p == 1) {
            return;
        }
        double[] weights = Scores.weights(scores);
        Arrays.sort(weights);
        double enough = p * Scores.sum(weights);
        int count = 0;
        for (double mass = 0; mass < enough && count < weights.length; count++) {
            mass += weights[weights.length - 1 - count];
        }
        Scores.keepLargest(scores, Math.max(count, 1));
    }
}
