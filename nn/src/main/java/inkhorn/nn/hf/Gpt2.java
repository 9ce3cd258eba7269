package inkhorn.nn.hf;

import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.config.Records;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A {@link Gpt} as GPT-2's {@code config.json} (transformers, {@code GPT2Config}), and back. Components of
 * {@link GptConfig} that GPT-2 has no key for stand beside its keys, under the names that they have in YAML. A model
 * that is no GPT-2 for one of them has a {@code model_type} of its own, so that transformers does not take it for one.
 */
final class Gpt2 implements Architecture {
    static final String MODEL_TYPE = "gpt2";
    /** A {@link Gpt} that is no GPT-2. */
    static final String OWN_TYPE = "inkhorn";

    private static final String PREFIX = "transformer.";
    private static final String TOKENS = PREFIX + "wte.weight";
    private static final String POSITIONS = PREFIX + "wpe.weight";
    private static final String HEAD = "lm_head.weight";
    private static final Pattern BLOCK = Pattern.compile("(?:transformer\\.)?h\\.(\\d+)\\..*");
    /** The causal masks that GPT-2's PyTorch files hold beside the weights. */
    private static final Pattern MASKS = Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.(masked_)?bias");
    private static final String WEIGHT = ".weight";
    private static final String BLOCK_SIZE = "n_positions";
    /** What has a bias in GPT-2: all but the embeddings and the head. */
    private static final Pattern BIASED = Pattern.compile("transformer\\.(h\\.\\d+|ln_f)\\..*");
    private static final List<String> DROPOUTS = List.of("resid_pdrop", "embd_pdrop", "attn_pdrop");
    /** The components that GPT-2 has other keys for. */
    private static final Set<String> TRANSLATED = Set.of("vocabSize", "blockSize", "nLayer", "nHead", "nEmbd",
            "dropout", "activation", "tieWeights", "layerNormEps");
    /** The components beside GPT-2's that are always written; all others are only where they differ from GPT-2. */
    private static final Set<String> ALWAYS_WRITTEN = Set.of("bias", "position");
    /** The components of which {@link #isGpt2} asks nothing, or not whether they have GPT-2's value. */
    private static final Set<String> ANY_GPT2 = Set.of("bias", "position", "nInner", "ropeBase",
            "ropePartial", "headInitStd", "dropPath");
    /** What an absent key means. */
    private static final GptConfig ABSENT = GptConfig.defaults().withBias(true);

    private final String modelType;
    private final GptSizes sizes = new GptSizes(this, TOKENS, POSITIONS, BLOCK, "vocab_size", "n_embd", "n_layer");

    /** Of {@link #MODEL_TYPE} or {@link #OWN_TYPE}. */
    Gpt2(String modelType) {
        this.modelType = modelType;
    }

    @Override
    public String modelType() {
        return modelType;
    }

    @Override
    public boolean isOf(LanguageModel model) {
        return model instanceof Gpt gpt && (modelType.equals(OWN_TYPE) || isGpt2(gpt.gptConfig()));
    }

    @Override
    public Map<String, Object> write(LanguageModel model) {
        GptConfig config = ((Gpt) model).gptConfig();
        Map<String, Object> keys = new LinkedHashMap<>();
        Map<String, Object> absent = Records.values(ABSENT);
        Map<String, Object> own = untranslated(config);
        keys.put("model_type", modelType);
        if (modelType.equals(MODEL_TYPE)) {
            keys.put("architectures", List.of("GPT2LMHeadModel"));
        }
        keys.put("vocab_size", config.vocabSize());
        keys.put(BLOCK_SIZE, config.blockSize());
        keys.put("n_ctx", config.blockSize());
        keys.put("n_layer", config.nLayer());
        keys.put("n_head", config.nHead());
        keys.put("n_embd", config.nEmbd());
        keys.put("activation_function", config.activation().huggingFace());
        keys.put("layer_norm_epsilon", config.layerNormEps());
        DROPOUTS.forEach(key -> keys.put(key, config.dropout()));
        keys.put("tie_word_embeddings", config.tieWeights());
        own.forEach((component, value) -> {
            if (ALWAYS_WRITTEN.contains(component) || !value.equals(absent.get(component))) {
                keys.put(Records.key(component), value instanceof Enum<?> constant ? Records.word(constant) : value);
            }
        });
        return keys;
    }

    private static Map<String, Object> untranslated(GptConfig config) {
        Map<String, Object> own = Records.values(config);
        own.keySet().removeAll(TRANSLATED);
        return own;
    }

    /** Whether a GPT-2 computes the same: with biases of 0 where there are none, and with a stored table. */
    private static boolean isGpt2(GptConfig config) {
        Map<String, Object> absent = Records.values(ABSENT);
        return config.position().isTable() && untranslated(config).entrySet().stream().allMatch(component ->
                ANY_GPT2.contains(component.getKey()) || component.getValue().equals(absent.get(component.getKey())));
    }

    /** Absent keys have GPT-2's values, but for dropout: absent means none. */
    @Override
    public LanguageModel read(Keys in) {
        return new Gpt(config(in));
    }

    private static GptConfig config(Keys in) {
        Map<String, Object> values = Records.values(ABSENT);
        values.replaceAll((component, value) ->
                TRANSLATED.contains(component) ? value : in.like(Records.key(component), value));
        values.put("nEmbd", in.integer("n_embd"));
        in.only("scale_attn_weights", true, true);
        in.only("scale_attn_by_inverse_layer_idx", false, false);
        in.only("add_cross_attention", false, false);
        values.put("vocabSize", in.integer("vocab_size"));
        values.put("blockSize", in.integer(BLOCK_SIZE));
        values.put("nLayer", in.integer("n_layer"));
        values.put("nHead", in.integer("n_head"));
        values.put("dropout", in.dropout(DROPOUTS));
        values.put("activation", activation(in));
        values.put("tieWeights", in.truth("tie_word_embeddings", true));
        values.put("layerNormEps", in.number("layer_norm_epsilon", ABSENT.layerNormEps()));
        return Records.make(GptConfig.class, values.values().toArray());
    }

    private static Activation activation(Keys in) {
        String key = "activation_function";
        String absent = Activation.GELU_TANH.huggingFace();
        // Two names of the formula that gelu_new is.
        boolean alias = Set.of("gelu_pytorch_tanh", "gelu_fast").contains(in.text(key, absent));
        return alias ? Activation.GELU_TANH
                : in.oneOf(key, List.of(Activation.values()), Activation::huggingFace, absent);
    }

    @Override
    public String blockSizeKey() {
        return BLOCK_SIZE;
    }

    @Override
    public List<String> dropoutKeys() {
        return DROPOUTS;
    }

    @Override
    public String prefix() {
        return PREFIX;
    }

    @Override
    public Pattern noWeights() {
        return MASKS;
    }

    @Override
    public Map<String, Integer> rows(LanguageModel model) {
        return Map.of(TOKENS, model.vocabSize(), HEAD, model.vocabSize(), POSITIONS, model.blockSize());
    }

    /**
     * The biases that GPT-2 has and a model does without: where a file is to be read by other programs, they are there
     * and 0. Empty for a model with biases, and for one that is no GPT-2.
     */
    @Override
    public Map<String, Integer> zeroBiases(LanguageModel model) {
        Map<String, Integer> biases = new LinkedHashMap<>();
        GptConfig config = ((Gpt) model).gptConfig();
        if (!config.bias() && config.activation() != Activation.SWIGLU && isGpt2(config)) {
            model.namedParameters().forEach(p -> {
                if (p.name().endsWith(WEIGHT) && BIASED.matcher(p.name()).matches()) {
                    // Of a norm (C), of a linear layer (inputs, outputs).
                    biases.put(p.name().replace(WEIGHT, ".bias"), p.tensor().shape().last());
                }
            });
        }
        return biases;
    }

    @Override
    public List<String> misfits(Keys keys, Map<String, int[]> file) {
        return sizes.misfits(config(keys), file);
    }
}
