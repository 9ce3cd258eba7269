package inkhorn.nn;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A {@link GptConfig} as the keys of Hugging Face's {@code config.json} (transformers, {@code GPT2Config}), and back.
 * Keys of our own stand beside them: {@code bias} and {@code position}.
 */
public final class HuggingFaceConfig {

    private static final String MODEL_TYPE = "gpt2";
    private static final String[] DROPOUTS = {"resid_pdrop", "embd_pdrop", "attn_pdrop"};

    private HuggingFaceConfig() {
    }

    /** The keys in the order in which they are written: numbers, strings, booleans and a list of strings. */
    public static Map<String, Object> write(GptConfig config) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("model_type", MODEL_TYPE);
        keys.put("architectures", List.of("GPT2LMHeadModel"));
        keys.put("vocab_size", config.vocabSize());
        keys.put("n_positions", config.blockSize());
        keys.put("n_ctx", config.blockSize());
        keys.put("n_layer", config.nLayer());
        keys.put("n_head", config.nHead());
        keys.put("n_embd", config.nEmbd());
        keys.put("activation_function", config.activation().huggingFace());
        keys.put("layer_norm_epsilon", config.layerNormEps());
        for (String key : DROPOUTS) {
            keys.put(key, config.dropout());
        }
        keys.put("tie_word_embeddings", config.tieWeights());
        keys.put("bias", config.bias());
        keys.put("position", config.position().word());
        return keys;
    }

    /**
     * The model that a {@code config.json} describes. Absent keys have GPT-2's values, but for dropout: absent means none.
     *
     * @throws IllegalArgumentException naming the key, what was found and what is allowed: for a missing or wrongly typed
     *     key, a value out of range, or a variant of GPT-2 that {@link Gpt} does not compute
     */
    public static GptConfig read(Map<String, Object> keys) {
        Reader in = new Reader(keys);
        in.only("model_type", MODEL_TYPE, MODEL_TYPE);
        int channels = in.integer("n_embd");
        in.only("n_inner", 4 * channels, null);
        in.only("scale_attn_weights", true, true);
        in.only("scale_attn_by_inverse_layer_idx", false, false);
        in.only("add_cross_attention", false, false);
        return new GptConfig(in.integer("n_layer"), in.integer("n_head"), channels, in.integer("n_positions"), dropout(in),
                in.bool("bias", true), activation(in.text("activation_function", Activation.GELU_TANH.huggingFace())),
                position(in.text("position", Position.LEARNED.word())), in.bool("tie_word_embeddings", true),
                in.integer("vocab_size"), in.number("layer_norm_epsilon", GptConfig.defaults().layerNormEps()));
    }

    private static double dropout(Reader in) {
        double first = in.number(DROPOUTS[0], 0);
        for (String key : DROPOUTS) {
            if (in.number(key, 0) != first) {
                throw new IllegalArgumentException(key + " must equal " + DROPOUTS[0] + ", found " + in.number(key, 0)
                        + " and " + first + ": this model has one dropout");
            }
        }
        return first;
    }

    private static Activation activation(String name) {
        // Two names of the formula that gelu_new is.
        if (name.equals("gelu_pytorch_tanh") || name.equals("gelu_fast")) {
            return Activation.GELU_TANH;
        }
        for (Activation activation : Activation.values()) {
            if (activation.huggingFace().equals(name)) {
                return activation;
            }
        }
        throw new IllegalArgumentException("activation_function must be one of " + Arrays.stream(Activation.values())
                .map(Activation::huggingFace).collect(Collectors.joining(", ")) + ", found " + name);
    }

    private static Position position(String name) {
        for (Position position : Position.values()) {
            if (position.word().equals(name)) {
                return position;
            }
        }
        throw new IllegalArgumentException("position must be one of " + Arrays.stream(Position.values())
                .map(Position::word).collect(Collectors.joining(", ")) + ", found " + name);
    }

    /** Typed look-ups with messages. */
    record Reader(Map<String, Object> keys) {

        int integer(String key) {
            Object found = keys.get(key);
            if (found instanceof Number n && n.doubleValue() == n.intValue()) {
                return n.intValue();
            }
            throw wrong(key, "a whole number", found);
        }

        double number(String key, double absent) {
            Object found = keys.get(key);
            if (found == null) {
                return absent;
            }
            if (found instanceof Number n) {
                return n.doubleValue();
            }
            throw wrong(key, "a number", found);
        }

        boolean bool(String key, boolean absent) {
            Object found = keys.get(key);
            if (found == null) {
                return absent;
            }
            if (found instanceof Boolean b) {
                return b;
            }
            throw wrong(key, "true or false", found);
        }

        String text(String key, String absent) {
            Object found = keys.get(key);
            if (found == null) {
                return absent;
            }
            if (found instanceof String s) {
                return s;
            }
            throw wrong(key, "a string", found);
        }

        /** Refuses a key that says something else than the one thing that is computed. */
        void only(String key, Object computed, Object absent) {
            Object found = keys.getOrDefault(key, absent);
            if (found != null && !found.equals(computed)) {
                throw wrong(key, String.valueOf(computed), found);
            }
        }

        private static IllegalArgumentException wrong(String key, String allowed, Object found) {
            return new IllegalArgumentException(found == null ? key + " is missing, it must be " + allowed
                    : key + " must be " + allowed + ", found " + found);
        }
    }
}
