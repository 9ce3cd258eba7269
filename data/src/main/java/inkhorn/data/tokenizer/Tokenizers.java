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
import inkhorn.data.tokenizer.bpe.VocabularyFiles;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.data.tokenizer.word.WordTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The registry: a kind of tokenizer that is listed here can be configured, trained with, saved and read. */
public final class Tokenizers {
    /** In the order in which messages name them. */
    public static final List<TokenizerKind> KINDS = List.of(CharTokenizer.KIND, WordTokenizer.KIND, BpeTokenizer.KIND,
            Gpt2Tokenizer.KIND, TiktokenTokenizer.CL100K.kind(), TiktokenTokenizer.O200K.kind());
    public static final List<String> NAMES = KINDS.stream().map(TokenizerKind::name).toList();

    /** The largest published tokenizer files have 30 MB. */
    private static final int MOST_BYTES = 128 << 20;

    private static final String SAVED = "tokenizer.json";
    private static final String VOCABULARY = "vocab.json";

    private Tokenizers() {}

    /**
     * The file in a directory that {@link #load} reads: {@code tokenizer.json}, or else {@code vocab.json}; empty where
     * neither is there.
     */
    public static Optional<Path> find(Path directory) {
        return Stream.of(SAVED, VOCABULARY).map(directory::resolve).filter(Files::isRegularFile).findFirst();
    }

    public static Optional<TokenizerKind> kind(String name) {
        return KINDS.stream().filter(kind -> kind.name().equals(name)).findFirst();
    }

    /**
     * Makes the tokenizer; one that learns its vocabulary from the text walks the chunks once, the others not at all.
     * The result depends on the text alone: not on how it is cut, as long as {@link TextCuts} is asked, nor on
     * {@code threads}.
     *
     * @param chunks the whole text that is to be encoded, documents or parts of them, in order
     * @param threads at least 1
     * @param progress called while a vocabulary is learned, and may end it
     * @throws DataException if the text cannot give a vocabulary, or a file is not a tokenizer's
     */
    public static Tokenizer create(TokenizerSpec spec, Iterable<String> chunks, int threads, ByteProgress progress) {
        return spec.kind().map(kind -> kind.maker().make(chunks, spec.wantedVocabSize(), threads, progress))
                .orElseGet(() -> load(Path.of(spec.name())));
    }

    /** A tokenizer that learns nothing, or learns its usual vocabulary from this text. */
    public static Tokenizer create(String name, String text) {
        return create(TokenizerSpec.of(name), List.of(text), 1, ByteProgress.NONE);
    }

    /**
     * Reads any tokenizer that {@link Tokenizer#save} wrote, and any Hugging Face {@code tokenizer.json} of a
     * byte-level BPE in GPT-2's layout, or a {@code vocab.json} of such a one with {@code merges.txt} beside it.
     *
     * @throws DataException if the file is missing, damaged, of an unknown format or of a later version
     */
    public static Tokenizer load(Path file) {
        JsonNode found = read(file);
        JsonNode root = VocabularyFiles.isVocabulary(found)
                ? VocabularyFiles.tokenizerJson(found, file.toAbsolutePath().getParent()) : found;
        try {
            return of(root);
        } catch (DataException e) {
            throw new DataException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * As {@link #load}, of a file's content.
     *
     * @throws DataException if it is damaged, of an unknown format or of a later version; the message names no file
     */
    public static Tokenizer of(JsonNode root) {
        String format = root.has("model") && !root.has("format") ? TokenizerKind.HUGGING_FACE : root.path("format")
                .asText("");
        if (format.equals(TokenizerKind.HUGGING_FACE) && CharTokenizer.isHuggingFace(root)) {
            return CharTokenizer.fromHuggingFace(root);
        }
        return KINDS.stream().filter(kind -> kind.format().equals(format)).findFirst()
                .orElseThrow(() -> unknown(format)).read(root);
    }

    private static DataException unknown(String format) {
        String found = format.isEmpty() ? "neither \"format\" nor \"model\" in it" : "unknown tokenizer format \""
                + format + '"';
        String known = KINDS.stream().map(TokenizerKind::format).distinct()
                .filter(each -> !each.equals(TokenizerKind.HUGGING_FACE)).collect(Collectors.joining(", "));
        return new DataException(found + "; known: " + known + " and " + TokenizerKind.HUGGING_FACE
                + "; take the tokenizer.json that lies beside the checkpoint");
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode root = Json.MAPPER.readTree(RegularFile.read(file, MOST_BYTES));
            if (!root.isObject()) {
                throw new DataException(file + ": expected a JSON object with a \"format\" or a \"model\""
                        + TokenizerKind.DAMAGED);
            }
            return root;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new DataException(file + ": not valid JSON (line " + line + ")" + TokenizerKind.DAMAGED, e);
        } catch (IOException e) {
            throw new DataException(file + ": the tokenizer cannot be read (" + AtomicFiles.reason(e)
                    + "); give the path of a saved tokenizer.json", e);
        }
    }
}
