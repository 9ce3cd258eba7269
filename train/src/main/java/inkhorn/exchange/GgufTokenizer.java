package inkhorn.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A byte-level BPE as llama.cpp's tokenizer model {@code gpt2}: what its converter (conversion/base.py,
 * {@code _set_vocab_gpt2}, and {@code SpecialVocab}) makes of the same tokenizer's {@code tokenizer.json}.
 */
final class GgufTokenizer {
    /** {@code llama_token_type}: a token of text, and one that stands for no text. */
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    /** One that a user added, which is found before a text is cut into pieces, as special tokens are here. */
    private static final int USER_DEFINED = 4;
    /** What llama.cpp's converter puts behind a vocabulary whose table has more rows. */
    private static final int UNUSED = 5;
    private static final String MODEL = "tokenizer.ggml.model";
    private static final String PIECES = "tokenizer.ggml.pre";
    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final String TYPES = "tokenizer.ggml.token_type";
    private static final String MERGES = "tokenizer.ggml.merges";
    private static final String BPE = "gpt2";
    /** GPT-2's regular expression. */
    private static final String GPT2_PIECES = "gpt-2";

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
        keys.put(MODEL, GgufValue.text(BPE));
        // The regular expression that cuts a text into pieces.
        keys.put(PIECES, GgufValue.text(GPT2_PIECES));
        keys.put(TOKENS, GgufValue.texts(Arrays.asList(tokens)));
        keys.put(TYPES, GgufValue.ints(types));
        keys.put(MERGES, GgufValue.texts(merges));
        keys.put("tokenizer.ggml.bos_token_id", GgufValue.uint32(end));
        keys.put("tokenizer.ggml.eos_token_id", GgufValue.uint32(end));
        // A prompt begins as it is written, as in Inkhorn and in GPT-2.
        keys.put("tokenizer.ggml.add_bos_token", GgufValue.bool(false));
        return keys;
    }

    /**
     * The tokenizer of a file; empty where it has none.
     *
     * @throws CheckpointException (the user's error) where it is of another kind or damaged
     */
    static Optional<Tokenizer> read(GgufReader file) {
        Optional<String> model = file.string(MODEL).filter(name -> !name.equals("none") && !name.equals("no_vocab"));
        if (model.isEmpty()) {
            return Optional.empty();
        }
        String pieces = file.string(PIECES).orElse(GPT2_PIECES);
        if (!model.get().equals(BPE) || !pieces.equals(GPT2_PIECES)) {
            throw file.fault("its tokenizer is " + CheckpointException.quote(model.get()) + " with the pre-tokenizer "
                    + CheckpointException.quote(pieces) + ", only gpt2 with gpt-2 can be read", "take a GPT-2's file");
        }
        try {
            return Optional.of(Tokenizers.of(json(file)));
        } catch (DataException e) {
            throw file.fault("its tokenizer, as a tokenizer.json: " + e.getMessage());
        }
    }

    /** The same tokenizer in Hugging Face's format. */
    private static ObjectNode json(GgufReader file) {
        List<String> tokens = file.texts(TOKENS).orElseThrow(() -> file.damaged("has no " + TOKENS));
        List<String> merges = file.texts(MERGES).orElseThrow(() -> file.damaged("has no " + MERGES));
        long[] types = file.wholes(TYPES).orElseGet(() -> new long[tokens.size()]);
        if (types.length != tokens.size()) {
            throw file.damaged(TYPES + " has " + types.length + " elements, " + TOKENS + " " + tokens.size());
        }
        int used = tokens.size();
        while (used > 0 && types[used - 1] == UNUSED) {
            used--;
        }
        ObjectNode root = Json.MAPPER.createObjectNode();
        ArrayNode added = root.putArray("added_tokens");
        root.putObject("pre_tokenizer").put("type", "ByteLevel");
        ObjectNode model = root.putObject("model").put("type", "BPE");
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < used; id++) {
            if (vocab.has(tokens.get(id))) {
                throw file.damaged("two tokens are " + CheckpointException.quote(tokens.get(id)));
            }
            vocab.put(tokens.get(id), id);
            if (types[id] == CONTROL || types[id] == USER_DEFINED) {
                added.addObject().put("content", tokens.get(id)).put("id", id);
            }
        }
        ArrayNode pairs = model.putArray("merges");
        merges.forEach(pairs::add);
        return root;
    }

    /** How many tokens the file lists, those behind the vocabulary that are of no use among them. */
    static long listed(GgufReader file) {
        return file.length(TOKENS);
    }

    private static JsonNode huggingFace(Tokenizer tokenizer) {
        try {
            return Json.MAPPER.readTree(tokenizer.toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
