package inkhorn.generate;

/**
 * Penalties on tokens that the text already has, for every decoding strategy. Values as in {@link LogitTransform}.
 *
 * @param repetition 1 for none
 * @param presence 0 for none
 * @param noRepeatNgram 0 for any repetition
 */
public record Penalties(double repetition, double presence, int noRepeatNgram) {
    public static final Penalties NONE = new Penalties(1, 0, 0);

    /** @throws IllegalArgumentException naming what is out of range */
    public Penalties {
        compose(repetition, presence, noRepeatNgram);
    }

    /** In Hugging Face's order; the presence penalty, which it does not have, after the repetition penalty. */
    public LogitTransform transform() {
        return compose(repetition, presence, noRepeatNgram);
    }

    private static LogitTransform compose(double repetition, double presence, int noRepeatNgram) {
        LogitTransform all = LogitTransform.NONE;
        all = repetition == 1 ? all : all.then(LogitTransform.repetitionPenalty(repetition));
        all = presence == 0 ? all : all.then(LogitTransform.presencePenalty(presence));
        return noRepeatNgram == 0 ? all : all.then(LogitTransform.noRepeatNgram(noRepeatNgram));
    }
}
