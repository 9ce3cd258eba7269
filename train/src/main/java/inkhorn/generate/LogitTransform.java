package inkhorn.generate;

/**
 * Changes the scores from which the next token is chosen: a strategy is a chain of these and a choice ({@link Sampler}). Names,
 * meaning and order are those of Hugging Face's {@code generate}; where several tokens tie, the lowest ids are kept.
 */
@FunctionalInterface
public interface LogitTransform {

    /** Changes nothing. */
    LogitTransform NONE = (scores, text) -> { };

    /**
     * @param scores logits, one a token, V of them, changed in place; negative infinity excludes a token
     * @param text what stands before the token to be chosen
     */
    void apply(double[] scores, TextSoFar text);

    /** This one first. */
    default LogitTransform then(LogitTransform next) {
        return (scores, text) -> {
            apply(scores, text);
            next.apply(scores, text);
        };
    }

    /**
     * Divides by {@code temperature}: below 1 sharpens, above 1 flattens (Ackley, Hinton and Sejnowski 1985).
     *
     * @throws IllegalArgumentException unless it is finite and above 0
     */
    static LogitTransform temperature(double temperature) {
        return new Temperature(temperature);
    }

    /**
     * Keeps the k largest (Fan et al. 2018, 5.4).
     *
     * @throws IllegalArgumentException unless k is at least 1
     */
    static LogitTransform topK(int k) {
        return new TopK(k);
    }

    /**
     * Keeps the nucleus: the fewest of the likeliest tokens whose probabilities come to {@code p} (Holtzman et al. 2020, 3.1).
     *
     * @throws IllegalArgumentException unless 0 < p ≤ 1
     */
    static LogitTransform topP(double p) {
        return new TopP(p);
    }

    /**
     * Keeps what is at least {@code p} times as likely as the likeliest (Nguyen et al. 2024, 3).
     *
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1
     */
    static LogitTransform minP(double p) {
        return new MinP(p);
    }

    /**
     * Keeps the fewest tokens whose probabilities come to {@code p}, those first whose information is nearest to the
     * distribution's entropy (Meister et al. 2023, 3.1).
     *
     * @throws IllegalArgumentException unless 0 < p ≤ 1
     */
    static LogitTransform typical(double p) {
        return new Typical(p);
    }

    /**
     * Makes every token of the text, prompt and all, less likely: a positive score is divided by {@code penalty}, a negative one
     * multiplied (Keskar et al. 2019, 4.1).
     *
     * @throws IllegalArgumentException unless it is finite and above 0; 1 changes nothing
     */
    static LogitTransform repetitionPenalty(double penalty) {
        return new RepetitionPenalty(penalty);
    }

    /**
     * Subtracts {@code penalty} once from every token that was written after the prompt, as OpenAI's and vLLM's interfaces do;
     * Hugging Face has no such option.
     *
     * @throws IllegalArgumentException unless it is finite; 0 changes nothing
     */
    static LogitTransform presencePenalty(double penalty) {
        return new PresencePenalty(penalty);
    }

    /**
     * Excludes what would make a run of {@code n} tokens stand in the text twice (Paulus et al. 2017, 2.5).
     *
     * @throws IllegalArgumentException unless n is at least 1
     */
    static LogitTransform noRepeatNgram(int n) {
        return new NoRepeatNgram(n);
    }
}
