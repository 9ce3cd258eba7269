package inkhorn.data;

import java.nio.file.Path;
import java.util.List;

/**
 * A text as ids, ready to train on.
 *
 * @param tokenizer what made the ids
 * @param train the first part of the text
 * @param val the rest
 * @param manifest counts and hashes
 * @param directory where the files lie
 * @param reused whether they were there already
 * @param warnings one line each, to be shown to the user, those of the corpus first
 */
public record PreparedData(Tokenizer tokenizer, TokenFile train, TokenFile val, Manifest manifest, Path directory, boolean reused,
        List<String> warnings) {
    public PreparedData {
        warnings = List.copyOf(warnings);
    }

    /**
     * Whether there is something to train and to validate on.
     *
     * @throws DataException where a split has no window of {@code blockSize} tokens and the one that follows
     */
    public void requireWindows(int blockSize) {
        requireWindow("training", train, blockSize);
        requireWindow("validation", val, blockSize);
    }

    private void requireWindow(String split, TokenFile tokens, int blockSize) {
        if (tokens.length() <= blockSize) {
            throw new DataException(manifest.source() + ": the " + split + " split has " + tokens.length()
                    + " tokens (data.val_fraction " + manifest.valFraction() + "), but model.block_size " + blockSize + " needs at least "
                    + (blockSize + 1L) + "; use a longer text, a smaller model.block_size, or another data.val_fraction");
        }
    }
}
