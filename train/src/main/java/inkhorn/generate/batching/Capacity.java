package inkhorn.generate.batching;

import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;

/**
 * How much a batch takes on.
 *
 * @param texts        that grow side by side
 * @param waiting      that wait for a place
 * @param tokensToRead of prompts and moved windows in a step
 */
public record Capacity(int texts, int waiting, int tokensToRead) {
    /** More share the weights without being faster: the product with the head has 64 rows at most. */
    private static final int MOST_TEXTS = 64;
    private static final int MOST_WAITING = 64;
    /** Of the heap, for keys and values. */
    private static final int SHARE = 4;
    /** A tenth of a second or less on two cores, so that a reader of another text notices nothing. */
    private static final double FLOPS_TO_READ = 1e10;
    private static final int MOST_TO_READ = 512;

    /** @throws IllegalArgumentException when there is no place, or nothing may be read */
    public Capacity {
        if (texts < 1 || waiting < 0 || tokensToRead < 1) {
            throw new IllegalArgumentException("capacity: at least 1 text, 0 waiting and 1 token are needed, found "
                    + texts + ", " + waiting + " and " + tokensToRead);
        }
    }

    /** As many as keys and values find room in a quarter of the heap for, and 64 at most. */
    public static Capacity of(LanguageModel model) {
        long bytes = 1;
        if (model instanceof Gpt gpt) {
            GptConfig config = gpt.gptConfig();
            bytes = 2L * Float.BYTES * config.nLayer() * config.nEmbd() * config.blockSize();
        }
        long fitting = Runtime.getRuntime().maxMemory() / SHARE / bytes;
        double tokens = FLOPS_TO_READ / (2.0 * model.parameterCount());
        return new Capacity((int) Math.max(1, Math.min(MOST_TEXTS, fitting)), MOST_WAITING,
                (int) Math.max(1, Math.min(MOST_TO_READ, tokens)));
    }
}
