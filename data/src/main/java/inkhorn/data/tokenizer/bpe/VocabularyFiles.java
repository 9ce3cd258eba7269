package inkhorn.data.tokenizer.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.DataException;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Json;
import inkhorn.data.files.RegularFile;
import inkhorn.data.tokenizer.SpecialTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A byte-level BPE in the files that GPT-2 was published with, {@code vocab.json} (the id of each token) and
 * {@code merges.txt} (a pair on each line), as the {@code tokenizer.json} that says the same. Beside them may lie
 * {@code added_tokens.json} (special tokens with their ids) and {@code tokenizer_config.json}, of which
 * {@code add_prefix_space} alone changes what is encoded.
 */
public final class VocabularyFiles {
    /** Beside {@code vocab.json}. */
    public static final String MERGES = "merges.txt";

    private static final String ADDED = "added_tokens.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String VERSION = "#version";
    /** GPT-2's has half of one. */
    private static final int MOST_BYTES = 128 << 20;

    private VocabularyFiles() {}

    /**
     * Whether a JSON object can be a {@code vocab.json}: in a saved tokenizer, {@code format} is a text or
     * {@code model} an object; in a vocabulary both may be tokens with an id.
     */
    public static boolean isVocabulary(JsonNode root) {
        return !root.isEmpty() && !root.path("format").isTextual() && !root.path("model").isContainerNode()
                && root.elements().next().isNumber();
    }

    /**
     * The same tokenizer in Hugging Face's format.
     *
     * @param vocab content of {@code vocab.json}
     * @param directory where the other files lie
     * @throws DataException if one of them cannot be read; the message names it
     */
    public static JsonNode tokenizerJson(JsonNode vocab, Path directory) {
        ObjectNode root = Json.MAPPER.createObjectNode();
        ArrayNode added = root.putArray("added_tokens");
        JsonNode others = optional(directory.resolve(ADDED));
        others.fields().forEachRemaining(each -> added.addObject().put("content", each.getKey())
                .set("id", each.getValue()));
        if (vocab.has(SpecialTokens.END_OF_TEXT) && !others.has(SpecialTokens.END_OF_TEXT)) {
            added.addObject().put("content", SpecialTokens.END_OF_TEXT)
                    .set("id", vocab.get(SpecialTokens.END_OF_TEXT));
        }
        root.putObject("pre_tokenizer").put("type", "ByteLevel")
                .set("add_prefix_space", optional(directory.resolve(CONFIG)).path("add_prefix_space"));
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.set("vocab", vocab);
        ArrayNode merges = model.putArray("merges");
        for (String line : text(directory.resolve(MERGES)).split("\n")) {
            String pair = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            // A merge may begin with '#' too; it has no "version" behind it.
            if (!pair.isEmpty() && !pair.startsWith(VERSION)) {
                merges.add(pair);
            }
        }
        return root;
    }

    private static JsonNode optional(Path file) {
        if (!Files.exists(file)) {
            return Json.MAPPER.createObjectNode();
        }
        try {
            JsonNode root = Json.MAPPER.readTree(text(file));
            if (root.isObject()) {
                return root;
            }
        } catch (IOException e) {
            throw new DataException(file + ": not valid JSON; copy the file again, or remove it", e);
        }
        throw new DataException(file + ": expected a JSON object; copy the file again, or remove it");
    }

    private static String text(Path file) {
        try {
            return StandardCharsets.UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(RegularFile.read(file, MOST_BYTES))).toString();
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + AtomicFiles.reason(e)
                    + "); a vocab.json needs its merges.txt beside it, give both or a tokenizer.json", e);
        }
    }
}
