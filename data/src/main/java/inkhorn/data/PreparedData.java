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
}
