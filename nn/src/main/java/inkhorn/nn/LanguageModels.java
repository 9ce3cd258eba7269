package inkhorn.nn;

import java.util.Map;

/** Models by what their {@code config.json} says. */
public final class LanguageModels {

    private LanguageModels() {
    }

    /**
     * The model that the keys of a {@code config.json} describe, its weights to be loaded.
     *
     * @throws IllegalArgumentException naming the key, what was found and what is allowed
     */
    public static LanguageModel of(Map<String, Object> config) {
        if (Bigram.MODEL_TYPE.equals(config.get("model_type"))) {
            HuggingFaceConfig.Reader in = new HuggingFaceConfig.Reader(config);
            return new Bigram(in.integer("vocab_size"), in.integer("n_positions"));
        }
        return new Gpt(HuggingFaceConfig.read(config));
    }

    /**
     * The keys as this program writes them for the same model: absent ones have their values, and names that mean the same are one.
     *
     * @throws IllegalArgumentException as {@link #of}
     */
    public static Map<String, Object> normalized(Map<String, Object> config) {
        return Bigram.MODEL_TYPE.equals(config.get("model_type")) ? config : HuggingFaceConfig.write(HuggingFaceConfig.read(config));
    }
}
