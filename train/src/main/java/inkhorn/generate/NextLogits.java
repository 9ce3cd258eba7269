package inkhorn.generate;

/** The logits of what follows each of several sequences of one model. */
public interface NextLogits extends AutoCloseable {
    /**
     * Starts over.
     *
     * @param prompts token ids, at least one each; lengths may differ
     * @return (prompts, V): a row of logits for each, valid until the next call
     * @throws IllegalArgumentException when a prompt is empty or holds an id that the model does not know
     */
    float[][] start(int[][] prompts);

    /**
     * One token further: sequence i goes on from former sequence {@code parents[i]} with {@code tokens[i]}. Sequences
     * may be reordered, dropped or repeated, as beam search does.
     *
     * @return a row of logits for each, valid until the next call
     */
    float[][] next(int[] parents, int[] tokens);

    @Override
    void close();
}
