package inkhorn.generate;

/**
 * The options of beam search, in Hugging Face's terms.
 *
 * @param width how many texts are followed side by side
 * @param lengthPenalty a text's score is its log-probability divided by (tokens written)^this: above 0 favours long
 *     texts
 * @param earlyStopping when to stop looking
 */
public record Beams(int width, double lengthPenalty, EarlyStopping earlyStopping) {
    /** When {@code width} texts have ended but others might still come to a better score. */
    public enum EarlyStopping {
        /** Stop at once. */
        TRUE,
        /** Stop when the best text that goes on would have a worse score if it ended now. */
        FALSE,
        /** Stop when no text that goes on can come to a better score. */
        NEVER
    }

    /** @throws IllegalArgumentException naming what is out of range */
    public Beams {
        if (width < 1) {
            throw new IllegalArgumentException("beam must be at least 1, found " + width);
        }
        if (!Double.isFinite(lengthPenalty)) {
            throw new IllegalArgumentException("length penalty must be finite, found " + lengthPenalty);
        }
    }

    /** Hugging Face's defaults. */
    public static Beams ofWidth(int width) {
        return new Beams(width, 1, EarlyStopping.FALSE);
    }

    double score(double logProbability, int written) {
        return logProbability / StrictMath.pow(written, lengthPenalty);
    }
}
