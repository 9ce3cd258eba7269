package inkhorn.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Turns text into ids in {@code [0, vocabularySize())} and back. Implementations are immutable and safe for any number
 * of threads.
 */
public interface Tokenizer {
    /** The name a config chooses it by, as in {@code data.tokenizer: char}. */
    String name();

    /**
     * @return the ids of {@code text}, in order
     * @throws DataException if the text holds something that this tokenizer has no id for
     */
    int[] encode(String text);

    /**
     * @return the text of {@code ids}; what a split character or an invalid byte becomes is up to the implementation
     * @throws IllegalArgumentException if an id is outside the vocabulary
     */
    String decode(int[] ids);

    int vocabularySize();

    /** Tokens that stand for no text, such as an end-of-text mark, with their ids; empty when there are none. */
    Map<String, Integer> specialTokens();

    /** What a text written from nothing starts after: the end-of-text token, or a line break, or else the first token. */
    default int[] startOfText() {
        Integer endOfText = specialTokens().get("<|endoftext|>");
        if (endOfText != null) {
            return new int[] {endOfText};
        }
        try {
            return encode("\n");
        } catch (DataException noLineBreak) {
            return new int[] {0};
        }
    }

    /**
     * The canonical saved form: equal tokenizers give equal bytes on every platform, and {@link Tokenizers#load} reads
     * them back.
     */
    byte[] toBytes();

    /** A decoder for ids that arrive one at a time; see {@link StreamDecoder}. */
    default StreamDecoder streamDecoder() {
        return id -> decode(new int[] {id});
    }

    /**
     * Writes {@link #toBytes()} to {@code file}, replacing it in one move.
     *
     * @throws DataException if the file cannot be written
     */
    default void save(Path file) {
        try {
            AtomicFiles.write(file, toBytes());
        } catch (IOException e) {
            throw new DataException(file + ": the tokenizer cannot be saved (" + AtomicFiles.reason(e)
                    + "); check that the directory exists and can be written", e);
        }
    }

    /** SHA-256 of {@link #toBytes()} in lower-case hex, and so of the saved file: it identifies the tokenizer. */
    default String hash() {
        return Hashes.sha256(toBytes());
    }
}
