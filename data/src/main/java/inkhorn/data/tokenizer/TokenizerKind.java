package inkhorn.data.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import java.util.function.Function;

/**
 * All that the program knows of one kind of tokenizer beside the tokenizers themselves. {@link Tokenizers} lists the
 * kinds; configs, commands, preparation and loading follow from that list.
 *
 * @param name as in {@code data.tokenizer: char}
 * @param learning the part of a text that the vocabulary is made from
 * @param leastVocabSize the smallest {@code data.vocab_size}; 0 where the size cannot be chosen
 * @param usualVocabSize the size where none is chosen; 0 where it cannot be chosen
 * @param endsDocuments whether there is a token that ends a document
 * @param isLossless whether {@code decode(encode(x))} gives back every {@code x} that {@code encode} takes and that is
 *     whole Unicode text (no half surrogate pair)
 * @param format of its files: the value of their key {@code "format"}, or {@link #HUGGING_FACE}
 * @param maker makes a tokenizer of this kind
 * @param reader reads a file of this format; its exceptions name no file
 */
public record TokenizerKind(String name, Learning learning, int leastVocabSize, int usualVocabSize,
        boolean endsDocuments, boolean isLossless, String format, Maker maker, Function<JsonNode, Tokenizer> reader) {
    /** The format that Hugging Face's tools read; it has no key {@code "format"}. */
    public static final String HUGGING_FACE = "Hugging Face's";
    /** Every format of our own is in its first version. */
    private static final int VERSION = 1;
    static final String DAMAGED = "; the file is damaged, copy it again";

    /** The part of a text that a vocabulary is made from. */
    public enum Learning {
        /** The vocabulary is given. */
        NOTHING,
        /** The training split alone. */
        TRAINING_SPLIT,
        /** Both splits: what only the validation split has could not be encoded otherwise. */
        WHOLE_TEXT
    }

    @FunctionalInterface
    public interface Maker {
        /**
         * @param chunks the text to learn from; walked once where the kind learns, else not at all
         * @param vocabSize tokens wanted, special tokens included; ignored where the size cannot be chosen
         * @param threads at least 1; the result does not depend on it
         * @param progress called while it works, and may end it
         * @throws DataException if the text cannot give a vocabulary
         */
        Tokenizer make(Iterable<String> chunks, int vocabSize, int threads, ByteProgress progress);
    }

    public boolean hasChosenSize() {
        return leastVocabSize > 0;
    }

    /** The beginning of a file in a format of our own. */
    public ObjectNode newFile() {
        return Json.MAPPER.createObjectNode().put("format", format).put("version", VERSION);
    }

    /** As {@link Tokenizers#load}, of a file in this format. */
    Tokenizer read(JsonNode root) {
        if (format.equals(HUGGING_FACE)) {
            return reader.apply(root);
        }
        JsonNode version = root.path("version");
        if (!version.isInt() || version.intValue() < 1) {
            throw new DataException("\"version\" is " + (version.isMissingNode() ? "missing" : version) + ", expected "
                    + VERSION + DAMAGED);
        }
        if (version.intValue() > VERSION) {
            throw new DataException(format + " version " + version + ", but this program reads versions up to "
                    + VERSION + "; use a newer Inkhorn");
        }
        try {
            return reader.apply(root);
        } catch (DataException e) {
            throw new DataException(e.getMessage() + DAMAGED, e);
        }
    }

    /** @throws DataException if a vocabulary of this size cannot be asked for; 0 is the usual size and always can be */
    void requireVocabSize(int vocabSize) {
        if (vocabSize != 0 && !hasChosenSize()) {
            throw new DataException("data.vocab_size: found " + vocabSize + ", but the vocabulary of the tokenizer "
                    + name + " cannot be chosen; leave it out");
        }
        if (vocabSize != 0 && vocabSize < leastVocabSize) {
            throw new DataException("data.vocab_size: found " + vocabSize + ", but the tokenizer " + name
                    + " needs at least " + leastVocabSize);
        }
    }
}
