package inkhorn.generate;

/**
 * A text that beam search found.
 *
 * @param ids what was written after the prompt
 * @param logProbabilities of each, by the model alone, in nats
 * @param score what hypotheses are ranked by: the sum of log-probabilities, penalties applied, over the length to the power of the
 *     length penalty
 * @param reason why it ended
 */
public record Hypothesis(int[] ids, double[] logProbabilities, double score, FinishReason reason) {
}
