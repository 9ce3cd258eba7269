package inkhorn.generate;

import java.util.Arrays;

/** See {@link LogitTransform#repetitionPenalty}. */
record RepetitionPenalty(double penalty) implements LogitTransform {

    RepetitionPenalty {
        if (!(penalty > 0 && penalty < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("repetition penalty must be above 0 and finite, found " + penalty);
        }
    }

    @Override
    public void apply(double[] scores, TextSoFar text) {
        Arrays.stream(text.ids()).distinct().forEach(
                id -> scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty);
    }
}
