package inkhorn.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A byte-level BPE as llama.cpp's tokenizer model {@code gpt2}: what its converter (conversion/base.py,
 * {@code _set_vocab_gpt2}, and {@code SpecialVocab}) makes of the same tokenizer's {@code tokenizer.json}.
 */
final class GgufTokenizer {
    /** {@code llama_token_type}: a token of text, and one that stands for no text. */
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;

    private GgufTokenizer() {}

    /** @param tokenizer a byte-level BPE in GPT-2's layout with an end-of-text token */
    static Map<String, GgufValue> metadata(Tokenizer tokenizer) {
        JsonNode file = huggingFace(tokenizer);
        String[] tokens = new String[tokenizer.vocabSize()];
        file.path("model").path("vocab").fields().forEachRemaining(e -> tokens[e.getValue().intValue()] = e.getKey());
        List<Integer> types = new ArrayList<>(Collections.nCopies(tokens.length, NORMAL));
        for (JsonNode added : file.path("added_tokens")) {
            types.set(added.path("id").intValue(), CONTROL);
            tokens[added.path("id").intValue()] = added.path("content").textValue();
        }
        List<String> merges = new ArrayList<>();
        file.path("model").path("merges").forEach(merge -> merges.add(merge.textValue()));
        int end = tokenizer.endOfText().getAsInt();
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("tokenizer.ggml.model", GgufValue.text("gpt2"));
        // The regular expression that cuts a text into pieces.
        keys.put("tokenizer.ggml.pre", GgufValue.text("gpt-2"));
        keys.put("tokenizer.ggml.tokens", GgufValue.texts(Arrays.asList(tokens)));
        keys.put("tokenizer.ggml.token_type", GgufValue.ints(types));
        keys.put("tokenizer.ggml.merges", GgufValue.texts(merges));
        keys.put("tokenizer.ggml.bos_token_id", GgufValue.uint32(end));
        keys.put("tokenizer.ggml.eos_token_id", GgufValue.uint32(end));
        // A prompt begins as it is written, as in Inkhorn and in GPT-2.
        keys.put("tokenizer.ggml.add_bos_token", GgufValue.bool(false));
        return keys;
    }

    private static JsonNode huggingFace(Tokenizer tokenizer) {
        try {
            return Json.MAPPER.readTree(tokenizer.toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
