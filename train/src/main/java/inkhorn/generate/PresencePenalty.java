package inkhorn.generate;

import java.util.Arrays;

/** See {@link LogitTransform#presencePenalty}. */
record PresencePenalty(double penalty) implements LogitTransform {

    PresencePenalty {
        if (!Double.isFinite(penalty)) {
            throw new IllegalArgumentException("presence penalty must be finite, found " + penalty);
        }
    }

    @Override
    public void apply(double[] scores, TextSoFar text) {
        Arrays.stream(text.continuation()).distinct().forEach(id -> scores[id] -= penalty);
    }
}
