package inkhorn.generate;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.tokenizer.Tokenizer;
import java.util.Map;

/**
 * Rows that a token table has behind its vocabulary so that its length is a multiple that hardware likes, as 50,304 for
 * GPT-2's 50,257 tokens. No token has their ids, so they are left out when a model is loaded: they can be neither
 * sampled nor predicted, and neither a loss nor an update counts them.
 */
public final class VocabularyPadding {
    /** The largest multiple in use (Megatron's 128 for each of 8 devices). */
    private static final int LARGEST_MULTIPLE = 1024;
    private static final String KEY = "vocab_size";

    private VocabularyPadding() {}

    /**
     * Whether a table with more rows than tokens is padded: its length is the number of tokens, rounded up to a
     * multiple of 2, 4, 8 … or 1024. Any other length is that of another vocabulary.
     */
    public static boolean isPadded(int rows, int tokens) {
        for (int multiple = 2; multiple <= LARGEST_MULTIPLE; multiple *= 2) {
            if (rows > tokens && rows == (tokens + multiple - 1) / multiple * multiple) {
                return true;
            }
        }
        return false;
    }

    /** Whether a table of this length can be padded at all: every multiple is even. */
    public static boolean isPossible(int rows) {
        return rows % 2 == 0;
    }

    /**
     * The {@code config.json} of a checkpoint, its vocabulary without padding behind that of the tokenizer. Inkhorn's
     * own tokenizers and checkpoints are never padded, so that there another length is another vocabulary.
     */
    public static Map<String, Object> withoutPadding(Checkpoint checkpoint, Tokenizer tokenizer) {
        Map<String, Object> config = ModelFiles.config(checkpoint);
        boolean isForeign = tokenizer.isHuggingFaceFormat() && TokenizerStamp.read(checkpoint.config()).isEmpty();
        if (isForeign && config.get(KEY) instanceof Integer rows && isPadded(rows, tokenizer.vocabSize())) {
            config.put(KEY, tokenizer.vocabSize());
        }
        return config;
    }
}
