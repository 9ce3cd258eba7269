package inkhorn.data.tokenizer;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Json;
import inkhorn.data.files.RegularFile;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.data.tokenizer.bpe.Gpt2Tokenizer;
import inkhorn.data.tokenizer.bpe.TiktokenTokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.data.tokenizer.word.WordTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Makes tokenizers by name and reads saved ones. */
public final class Tokenizers {
    /** The names that {@link #create} knows. */
    public static final List<String> NAMES = names();
    /** The largest published ones have 30 MB. */
    private static final int MOST_BYTES = 128 << 20;
    private static final String DAMAGED = "; the file is damaged, copy it again";
    /** Of every format of our own. */
    public static final int VERSION = 1;

    private Tokenizers() {}

    /**
     * Makes the tokenizer; one that learns its vocabulary from the text walks the chunks once, the others not at all. The
     * result depends on the text alone: not on how it is cut, as long as {@link TextCuts} is asked, nor on {@code threads}.
     *
     * @param chunks the whole text that is to be encoded, documents or parts of them, in order
     * @param threads at least 1
     * @throws DataException if the text cannot give a vocabulary, or a file is not a tokenizer's
     */
    public static Tokenizer create(TokenizerSpec spec, Iterable<String> chunks, int threads) {
        return create(spec, chunks, threads, ByteProgress.NONE);
    }

    /** As {@link #create(TokenizerSpec, Iterable, int)}; {@code progress} is called while a vocabulary is learned, and may end it. */
    public static Tokenizer create(TokenizerSpec spec, Iterable<String> chunks, int threads, ByteProgress progress) {
        if (spec.isFile()) {
            return load(Path.of(spec.name()));
        }
        int size = vocabSize(spec);
        return switch (spec.name()) {
            case CharTokenizer.NAME -> CharTokenizer.fromChunks(chunks);
            case WordTokenizer.NAME -> WordTokenizer.train(chunks, size, threads);
            case BpeTokenizer.NAME -> BpeTokenizer.train(chunks, size, threads, progress);
            case Gpt2Tokenizer.NAME -> Gpt2Tokenizer.get();
            default -> TiktokenTokenizer.named(spec.name()).orElseThrow();
        };
    }

    /** As {@link #create(TokenizerSpec, Iterable, int)}, with one text and the default vocabulary. */
    public static Tokenizer create(String name, String text) {
        return create(TokenizerSpec.of(name), List.of(text), 1);
    }

    static boolean isFile(String name) {
        return name.endsWith(".json");
    }

    static boolean learnsFromText(String name) {
        return name.equals(CharTokenizer.NAME) || leastVocabSize(name) > 0;
    }

    static void requireKnown(String name) {
        if (!NAMES.contains(name) && !isFile(name)) {
            throw new DataException("data.tokenizer: unknown tokenizer '" + name + "'; allowed: " + String.join(", ", NAMES)
                    + ", or the path of a tokenizer.json");
        }
    }

    static void requireVocabSize(String name, int vocabSize) {
        if (vocabSize == 0) {
            return;
        }
        int least = leastVocabSize(name);
        if (least == 0) {
            throw new DataException("data.vocab_size: found " + vocabSize + ", but the vocabulary of the tokenizer " + name
                    + " cannot be chosen; leave it out");
        }
        if (vocabSize < least) {
            throw new DataException("data.vocab_size: found " + vocabSize + ", but the tokenizer " + name + " needs at least " + least);
        }
    }

    /** 0 where it cannot be chosen. */
    private static int leastVocabSize(String name) {
        return switch (name) {
            case WordTokenizer.NAME -> WordTokenizer.MIN_VOCAB_SIZE;
            case BpeTokenizer.NAME -> BpeTokenizer.MIN_VOCAB_SIZE;
            default -> 0;
        };
    }

    /** Tokens that {@code word} and {@code bpe} are to learn; of the others it says nothing. */
    public static int vocabSize(TokenizerSpec spec) {
        return spec.vocabSize() == 0 ? defaultVocabSize(spec.name()) : spec.vocabSize();
    }

    private static int defaultVocabSize(String name) {
        return name.equals(WordTokenizer.NAME) ? WordTokenizer.DEFAULT_VOCAB_SIZE : BpeTokenizer.DEFAULT_VOCAB_SIZE;
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of(CharTokenizer.NAME, WordTokenizer.NAME, BpeTokenizer.NAME, Gpt2Tokenizer.NAME));
        names.addAll(TiktokenTokenizer.names());
        return List.copyOf(names);
    }

    /**
     * Reads any tokenizer that {@link Tokenizer#save} wrote, and any Hugging Face {@code tokenizer.json} of a byte-level BPE in
     * GPT-2's layout.
     *
     * @throws DataException if the file is missing, damaged, of an unknown format or of a later version
     */
    public static Tokenizer load(Path file) {
        JsonNode root = read(file);
        try {
            return root.has("model") && !root.has("format") ? BpeTokenizer.fromJson(root) : loadOwn(root);
        } catch (DataException e) {
            throw new DataException(file + ": " + e.getMessage(), e);
        }
    }

    private static Tokenizer loadOwn(JsonNode root) {
        String format = root.path("format").asText("");
        Function<JsonNode, Tokenizer> reader = switch (format) {
            case CharTokenizer.FORMAT -> CharTokenizer::fromJson;
            case WordTokenizer.FORMAT -> WordTokenizer::fromJson;
            case TiktokenTokenizer.FORMAT -> TiktokenTokenizer::fromJson;
            default -> throw new DataException((format.isEmpty() ? "neither \"format\" nor \"model\" in it" : "unknown tokenizer format \"" + format + '"')
                    + "; known: " + String.join(", ", CharTokenizer.FORMAT, WordTokenizer.FORMAT, TiktokenTokenizer.FORMAT)
                    + " and Hugging Face's; take the tokenizer.json that lies beside the checkpoint");
        };
        requireVersion(format, root.path("version"));
        try {
            return reader.apply(root);
        } catch (DataException e) {
            throw new DataException(e.getMessage() + DAMAGED, e);
        }
    }

    /** Each of the formats is in its first version. */
    private static void requireVersion(String format, JsonNode version) {
        if (!version.isInt() || version.intValue() < 1) {
            throw new DataException("\"version\" is " + (version.isMissingNode() ? "missing" : version) + ", expected " + VERSION + DAMAGED);
        }
        if (version.intValue() > VERSION) {
            throw new DataException(format + " version " + version + ", but this program reads versions up to " + VERSION
                    + "; use a newer Inkhorn");
        }
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode root = Json.MAPPER.readTree(RegularFile.read(file, MOST_BYTES));
            if (!root.isObject()) {
                throw new DataException(file + ": expected a JSON object with a \"format\" or a \"model\"" + DAMAGED);
            }
            return root;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new DataException(file + ": not valid JSON (line " + line + ")" + DAMAGED, e);
        } catch (IOException e) {
            throw new DataException(file + ": the tokenizer cannot be read (" + AtomicFiles.reason(e)
                    + "); give the path of a saved tokenizer.json", e);
        }
    }
}
