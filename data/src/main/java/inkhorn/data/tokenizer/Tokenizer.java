package inkhorn.data.tokenizer;

import inkhorn.data.DataException;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Hashes;
import inkhorn.data.files.Surrogates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Turns text into ids in {@code [0, vocabSize())} and back. Implementations are immutable and safe for any number
 * of threads.
 */
public interface Tokenizer {
    /** What all tokenizers of its kind have in common. */
    TokenizerKind kind();

    /** The name a config chooses it by, as in {@code data.tokenizer: char}. */
    default String name() {
        return kind().name();
    }

    /**
     * The ids of a text that is to be learned from. Nothing in it is a special token: a text that contains the
     * characters {@code <|endoftext|>} gets the ids of those characters, so that no text can forge the end of a
     * document (tiktoken's {@code encode_ordinary}, which nanoGPT prepares its data with).
     *
     * <p>A text that is cut where {@link TextCuts} says may be encoded part by part: the ids, one after the other, are
     * those of the whole.
     *
     * @return the ids of {@code text}, in order
     * @throws DataException if the text holds something that this tokenizer has no id for
     */
    int[] encode(String text);

    /**
     * The ids of a prompt: as {@link #encode}, but each special token that is spelled out becomes its id, as Hugging
     * Face's tokenizers and nanoGPT's sampler do.
     */
    default int[] encodePrompt(String text) {
        return SpecialTokens.encode(this, text);
    }

    /**
     * Where the tokens of {@link #encodePrompt} stand in the text: for each, the first of its characters and the one
     * after its last, counted in code points as Hugging Face's tokenizers do in Python. Each of several tokens that
     * share one character has the whole of it, as there. This implementation is for tokens whose bytes, one after the
     * other, are the text.
     *
     * @return (tokens, 2)
     * @throws DataException as {@link #encode}
     */
    default int[][] offsets(String text) {
        int[] ids = encodePrompt(text);
        byte[] bytes = Surrogates.wellFormed(text).getBytes(StandardCharsets.UTF_8);
        int[][] offsets = new int[ids.length][];
        int at = 0;
        int begun = 0;          // characters of which a byte lies in front of at
        for (int i = 0; i < ids.length; i++) {
            int end = at + tokenBytes(ids[i]).length;
            int first = at < bytes.length && isInside(bytes[at]) ? begun - 1 : begun;
            for (; at < end; at++) {
                begun += isInside(bytes[at]) ? 0 : 1;
            }
            offsets[i] = new int[] {first, begun};
        }
        return offsets;
    }

    /** Whether it is not the first byte of a character in UTF-8. */
    private static boolean isInside(byte b) {
        return (b & 0xC0) == 0x80;
    }

    /**
     * @return the text of {@code ids}; what a split character or an invalid byte becomes is up to the implementation
     * @throws IllegalArgumentException if an id is outside the vocabulary
     */
    String decode(int[] ids);

    /**
     * What one token stands for, in UTF-8; not always whole characters. The tokens' bytes, one after the other, are the
     * text unless the tokenizer puts spaces between its tokens.
     *
     * @throws IllegalArgumentException if the id is outside the vocabulary
     */
    default byte[] tokenBytes(int id) {
        return decode(new int[] {id}).getBytes(StandardCharsets.UTF_8);
    }

    int vocabSize();

    /** @throws IllegalArgumentException if the id is outside the vocabulary */
    default void requireId(int id) {
        if (id < 0 || id >= vocabSize()) {
            throw new IllegalArgumentException(
                    name() + " tokenizer: id " + id + " is outside the vocabulary of " + vocabSize() + " tokens");
        }
    }

    /** Tokens that stand for no text, such as an end-of-text mark, with their ids; empty when there are none. */
    Map<String, Integer> specialTokens();

    /** The token that ends a document and separates it from the next; empty where the tokenizer has none. */
    default OptionalInt endOfText() {
        Integer id = specialTokens().get(SpecialTokens.END_OF_TEXT);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The token that stands for what the vocabulary does not have; empty where the tokenizer has none. */
    default OptionalInt unknown() {
        return OptionalInt.empty();
    }

    /**
     * What a text written from nothing starts after: the end-of-text token, or a line break, or else the first token.
     */
    default int[] startOfText() {
        if (endOfText().isPresent()) {
            return new int[] {endOfText().getAsInt()};
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

    /** Whether {@link #toBytes()} is a Hugging Face {@code tokenizer.json}, or a format of Inkhorn's. */
    default boolean isHuggingFaceFormat() {
        return kind().format().equals(TokenizerKind.HUGGING_FACE);
    }

    /** A {@code tokenizer.json} that Hugging Face's tools read, with the same ids; empty where there is none. */
    default Optional<byte[]> huggingFaceBytes() {
        return isHuggingFaceFormat() ? Optional.of(toBytes()) : Optional.empty();
    }

    /** A decoder for ids that arrive one at a time; see {@link StreamDecoder}. */
    default StreamDecoder streamDecoder() {
        return id -> decode(new int[] {id});
    }

    /** Decodes what follows a text, which a tokenizer that puts spaces between its tokens has to know. */
    default StreamDecoder streamDecoderAfter(String text) {
        return streamDecoder();
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
