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
    default float[][] start(int[][] prompts) {
        next(new int[0], new int[0]);
        return join(prompts);
    }

    /**
     * Adds sequences behind those that there are.
     *
     * @param prompts as of {@link #start}
     * @return a row of logits for each, of those that were there too, valid until the next call
     * @throws IllegalArgumentException as {@link #start}
     */
    float[][] join(int[][] prompts);

    /**
     * One token further: sequence i goes on from former sequence {@code parents[i]} with {@code tokens[i]}. Sequences
     * may be reordered, dropped or repeated, as beam search does.
     *
     * @return a row of logits for each, valid until the next call
     */
    float[][] next(int[] parents, int[] tokens);

    @Override
    void close();

    /**
     * Where the part of a text that a model sees begins: at 0 while the text fits into the model's block size T, and
     * then at the smallest multiple of ⌈T/2⌉ from which on at most T tokens are left. So the keys and values of a cache
     * serve T/2 tokens before they are computed again for new positions, and the logits are the same without a cache.
     *
     * @param length of the text, in tokens
     */
    static int windowStart(int length, int blockSize) {
        int step = (blockSize + 1) / 2;
        return length <= blockSize ? 0 : (length - blockSize + step - 1) / step * step;
    }
}
