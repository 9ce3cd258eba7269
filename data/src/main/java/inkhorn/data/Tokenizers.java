package inkhorn.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes tokenizers by name and reads saved ones. */
public final class Tokenizers {
    private Tokenizers() {}

    /** The names that {@link #create} knows. */
    public static final List<String> NAMES = List.of(CharTokenizer.NAME);

    /**
     * Makes the tokenizer; one that learns its vocabulary from the text walks the chunks once, the others not at all. The
     * result depends on the text alone: not on how it is cut, as long as {@link TextCuts} is asked, nor on {@code threads}.
     *
     * @param chunks the whole text that is to be encoded, documents or parts of them, in order
     * @param threads at least 1
     * @throws DataException if the text cannot give a vocabulary, or a file is not a tokenizer's
     */
    public static Tokenizer create(TokenizerSpec spec, Iterable<String> chunks, int threads) {
        if (spec.isFile()) {
            return load(Path.of(spec.name()));
        }
        return CharTokenizer.fromChunks(chunks);
    }

    /** As {@link #create(TokenizerSpec, Iterable, int)}, with one text and the default vocabulary. */
    public static Tokenizer create(String name, String text) {
        return create(TokenizerSpec.of(name), List.of(text), 1);
    }

    static boolean isFile(String name) {
        return name.endsWith(".json");
    }

    static boolean learnsFromText(String name) {
        return CharTokenizer.NAME.equals(name);
    }

    static void requireKnown(String name) {
        if (!NAMES.contains(name) && !isFile(name)) {
            throw new DataException("data.tokenizer: unknown tokenizer '" + name + "'; allowed: " + String.join(", ", NAMES)
                    + ", or the path of a tokenizer.json");
        }
    }

    static void requireVocabSize(String name, int vocabSize) {
        if (vocabSize != 0) {
            throw new DataException("data.vocab_size: found " + vocabSize + ", but the vocabulary of the tokenizer " + name
                    + " cannot be chosen; leave it out");
        }
    }

    /**
     * Reads any tokenizer that {@link Tokenizer#save} wrote.
     *
     * @throws DataException if the file is missing, damaged, of an unknown format or of a later version
     */
    public static Tokenizer load(Path file) {
        JsonNode root = read(file);
        String format = root.path("format").asText("");
        if (!format.equals(CharTokenizer.FORMAT)) {
            throw new DataException(file + ": " + (format.isEmpty() ? "no \"format\" in it" : "unknown tokenizer format \"" + format + "\"")
                    + "; known: " + CharTokenizer.FORMAT + "; take the tokenizer.json that lies beside the checkpoint");
        }
        JsonNode version = root.path("version");
        if (!version.isInt() || version.intValue() < 1) {
            throw new DataException(file + ": \"version\" is " + (version.isMissingNode() ? "missing" : version)
                    + ", expected 1; the file is damaged, copy it again");
        }
        if (version.intValue() > CharTokenizer.VERSION) {
            throw new DataException(file + ": " + format + " version " + version + ", but this program reads versions up to "
                    + CharTokenizer.VERSION + "; use a newer Inkhorn");
        }
        try {
            return CharTokenizer.fromJson(root);
        } catch (DataException e) {
            throw new DataException(file + ": " + e.getMessage() + "; the file is damaged, copy it again", e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode root = Json.MAPPER.readTree(Files.readAllBytes(file));
            if (!root.isObject()) {
                throw new DataException(file + ": expected a JSON object with a \"format\"; the file is damaged, copy it again");
            }
            return root;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new DataException(file + ": not valid JSON (line " + line + "); the file is damaged, copy it again", e);
        } catch (IOException e) {
            throw new DataException(file + ": the tokenizer cannot be read (" + AtomicFiles.reason(e)
                    + "); give the path of a saved tokenizer.json", e);
        }
    }
}
