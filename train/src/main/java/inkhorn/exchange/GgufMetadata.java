package inkhorn.exchange;

import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.TensorInfo;
import inkhorn.nn.Activation;
import inkhorn.nn.GptConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a GGUF file says of a GPT-2, llama.cpp's architecture {@code gpt2}: its converter's conversion/gpt2.py. */
final class GgufMetadata {
    private static final String ARCHITECTURE = "gpt2";
    private static final String ARCHITECTURE_KEY = "general.architecture";
    private static final String LAYERS = "gpt2.block_count";
    private static final String POSITIONS = "gpt2.context_length";
    private static final String CHANNELS = "gpt2.embedding_length";
    private static final String HIDDEN = "gpt2.feed_forward_length";
    private static final String HEADS = "gpt2.attention.head_count";
    private static final String KEY_VALUE_HEADS = "gpt2.attention.head_count_kv";
    private static final String EPSILON = "gpt2.attention.layer_norm_epsilon";

    private GgufMetadata() {}

    /** The keys of a file with weights of a type. */
    static Map<String, GgufValue> of(GptConfig config, Dtype type) {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put(ARCHITECTURE_KEY, GgufValue.text(ARCHITECTURE));
        keys.put("general.type", GgufValue.text("model"));
        keys.put(LAYERS, GgufValue.uint32(config.nLayer()));
        keys.put(POSITIONS, GgufValue.uint32(config.blockSize()));
        keys.put(CHANNELS, GgufValue.uint32(config.nEmbd()));
        keys.put(HIDDEN, GgufValue.uint32(config.hiddenWidth()));
        keys.put(HEADS, GgufValue.uint32(config.nHead()));
        keys.put(EPSILON, GgufValue.float32((float) config.layerNormEps()));
        // llama_ftype: all F32, mostly F16, mostly BF16.
        keys.put("general.file_type", GgufValue.uint32(type == Dtype.F32 ? 0 : type == Dtype.F16 ? 1 : 32));
        keys.put("general.quantization_version", GgufValue.uint32(2));
        return keys;
    }

    /**
     * The same as the keys of a {@code config.json}; the number of tokens is the rows of the token table. The sizes are
     * found to be those of the tensors, so that a model of these keys is no larger than the file.
     *
     * @param isTied whether the head is the token table
     */
    static Map<String, Object> config(GgufReader file, boolean isTied) {
        int layers = size(file, LAYERS);
        int positions = size(file, POSITIONS);
        int channels = size(file, CHANNELS);
        int heads = size(file, HEADS);
        if (file.has(KEY_VALUE_HEADS) && size(file, KEY_VALUE_HEADS) != heads) {
            throw file.damaged(KEY_VALUE_HEADS + " is " + size(file, KEY_VALUE_HEADS) + ", a GPT-2 has as many as "
                    + HEADS + ", " + heads);
        }
        long blocks = file.tensors().keySet().stream().map(GgufNames::block).flatMap(number -> number.stream().boxed())
                .distinct().count();
        requireSize(file, LAYERS, layers, blocks, "the blocks of its tensors");
        requireSize(file, CHANNELS, channels, tokenTable(file).shape()[1], "the columns of " + GgufNames.TOKENS);
        TensorInfo table = file.tensors().get(GgufNames.POSITIONS);
        if (table != null) {
            requireSize(file, POSITIONS, positions, table.shape()[0], "the rows of " + GgufNames.POSITIONS);
        }
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("vocab_size", tokenTable(file).shape()[0]);
        keys.put("n_positions", positions);
        keys.put("n_layer", layers);
        keys.put("n_head", heads);
        keys.put("n_embd", channels);
        if (file.has(HIDDEN) && size(file, HIDDEN) != 4 * channels) {
            keys.put("n_inner", size(file, HIDDEN));
        }
        keys.put("activation_function", Activation.GELU_TANH.huggingFace());
        keys.put("layer_norm_epsilon", file.decimal(EPSILON).orElseThrow(() -> file.damaged("has no " + EPSILON)));
        keys.put("tie_word_embeddings", isTied);
        return keys;
    }

    /** @throws CheckpointException (the user's error) where the file holds another model */
    static void requireGpt2(GgufReader file) {
        String architecture = file.string(ARCHITECTURE_KEY).orElseThrow(() -> file.damaged("has no "
                + ARCHITECTURE_KEY));
        if (!architecture.equals(ARCHITECTURE)) {
            throw file.fault("holds a model of architecture " + CheckpointException.quote(architecture)
                    + ", only " + ARCHITECTURE + " can be read", "take the file of a GPT-2");
        }
    }

    static TensorInfo tokenTable(GgufReader file) {
        TensorInfo table = file.tensors().get(GgufNames.TOKENS);
        if (table == null || table.shape().length != 2) {
            throw file.damaged("has no matrix " + GgufNames.TOKENS);
        }
        return table;
    }

    private static int size(GgufReader file, String key) {
        long value = file.whole(key).orElseThrow(() -> file.damaged("has no " + key));
        if (value < 1 || value > Integer.MAX_VALUE) {
            throw file.damaged(key + " is " + value + ", expected 1 to " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    private static void requireSize(GgufReader file, String key, int said, long held, String what) {
        if (said != held) {
            throw file.damaged(key + " is " + said + ", but " + what + " are " + held);
        }
    }
}
