package inkhorn.nn.hf;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Position;
import inkhorn.nn.config.Records;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@link Gpt} as transformers' Llama or Qwen3 ({@code modeling_llama.py}, {@code modeling_qwen3.py}), and back:
 * rotated positions, RMSNorm, a gated layer and no biases. Qwen3 also normalizes queries and keys. Their linear layers
 * lie (outputs, inputs), with queries, keys and values apart. Components of {@link GptConfig} that they have no key for
 * stand beside their keys, under the names that they have in YAML.
 */
final class Llama implements Architecture {
    private static final String PREFIX = "model.";
    private static final String TOKENS = PREFIX + "embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";
    private static final String BLOCK_SIZE = "max_position_embeddings";
    private static final String HEADS = "num_attention_heads";
    private static final String CHANNELS = "hidden_size";
    private static final String HEAD_SIZE = "head_dim";
    private static final String LAYERS = "num_hidden_layers";
    private static final Pattern BLOCK = Pattern.compile("(?:model\\.)?layers\\.(\\d+)\\..*");
    /** The frequencies that files of early versions hold beside the weights. */
    private static final Pattern FREQUENCIES =
            Pattern.compile("(model\\.)?layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq");
    private static final List<String> DROPOUTS = List.of("dropout", "attention_dropout");

    private static final Pattern OWN_BLOCK = Pattern.compile("transformer\\.h\\.(\\d+)\\.(.+)\\.weight");
    private static final Map<String, String> OUTSIDE =
            Map.of("transformer.wte.weight", TOKENS, "transformer.ln_f.weight", PREFIX + "norm.weight");
    private static final Map<String, String> VECTORS = Map.of("ln_1", "input_layernorm",
            "ln_2", "post_attention_layernorm", "attn.q_norm", "self_attn.q_norm", "attn.k_norm", "self_attn.k_norm");
    private static final Map<String, String> MATRICES = Map.of("attn.c_proj", "self_attn.o_proj",
            "mlp.c_gate", "mlp.gate_proj", "mlp.c_fc", "mlp.up_proj", "mlp.c_proj", "mlp.down_proj");

    /** What these architectures compute, and what an absent key means. */
    private static final GptConfig ABSENT = GptConfig.defaults().withNorm(RowNorm.RMSNORM)
            .withActivation(Activation.SWIGLU).withPosition(Position.ROPE).withTieWeights(false).withLayerNormEps(1e-6);
    /** The components that these architectures have other keys for. */
    private static final Set<String> TRANSLATED = Set.of("vocabSize", "blockSize", "nLayer", "nHead", "nKvHead",
            "nEmbd", "nInner", "dropout", "ropeBase", "qkNorm", "tieWeights", "layerNormEps");
    /** The components beside theirs, of which nothing is asked; all others have one value. */
    private static final Set<String> OF_TRAINING = Set.of("dropPath", "headInitStd");

    private final String modelType;
    private final String architecture;
    private final boolean qkNorm;
    /** What an absent {@code head_dim} is; 0 for a share of the channels. */
    private final int absentHeadSize;
    private final Map<String, Object> without;
    private final GptSizes sizes =
            new GptSizes(this, TOKENS, PREFIX + "no_table", BLOCK, "vocab_size", CHANNELS, LAYERS);

    private Llama(String modelType, String architecture, boolean qkNorm, int absentHeadSize,
            Map<String, Object> without) {
        this.modelType = modelType;
        this.architecture = architecture;
        this.qkNorm = qkNorm;
        this.absentHeadSize = absentHeadSize;
        this.without = without;
    }

    static Llama llama() {
        return new Llama("llama", "LlamaForCausalLM", false, 0, Map.of("mlp_bias", false));
    }

    static Llama qwen3() {
        return new Llama("qwen3", "Qwen3ForCausalLM", true, 128, Map.of("use_sliding_window", false));
    }

    @Override
    public String modelType() {
        return modelType;
    }

    @Override
    public boolean isOf(LanguageModel model) {
        if (!(model instanceof Gpt gpt)) {
            return false;
        }
        return gpt.gptConfig().qkNorm() == qkNorm && changes(gpt.gptConfig()).isEmpty();
    }

    /** What a model would have to have instead to be one of these, by the keys of the section {@code model}. */
    static Map<String, Object> changes(GptConfig config) {
        Map<String, Object> changes = new LinkedHashMap<>();
        Map<String, Object> absent = Records.values(ABSENT);
        Records.values(config).forEach((component, value) -> {
            if (isFixed(component) && !value.equals(absent.get(component))) {
                changes.put(Records.key(component), word(absent.get(component)));
            }
        });
        if (config.headSize() % 2 != 0) {
            changes.put("n_embd", config.nHead() * (config.headSize() + 1));
        }
        return changes;
    }

    private static Object word(Object value) {
        return value instanceof Enum<?> constant ? Records.word(constant) : value;
    }

    private static boolean isFixed(String component) {
        return !TRANSLATED.contains(component) && !OF_TRAINING.contains(component);
    }

    @Override
    public Map<String, Object> write(LanguageModel model) {
        GptConfig config = ((Gpt) model).gptConfig();
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("model_type", modelType);
        keys.put("architectures", List.of(architecture));
        keys.put("vocab_size", config.vocabSize());
        keys.put(BLOCK_SIZE, config.blockSize());
        keys.put(LAYERS, config.nLayer());
        keys.put(HEADS, config.nHead());
        keys.put("num_key_value_heads", config.keyHeads());
        keys.put(CHANNELS, config.nEmbd());
        keys.put(HEAD_SIZE, config.headSize());
        keys.put("intermediate_size", config.hiddenWidth());
        keys.put("hidden_act", "silu");
        keys.put("rms_norm_eps", config.layerNormEps());
        keys.put("rope_theta", config.ropeBase());
        keys.put("rope_scaling", null);
        keys.put("attention_bias", false);
        keys.putAll(without);
        DROPOUTS.forEach(key -> keys.put(key, config.dropout()));
        keys.put("tie_word_embeddings", config.tieWeights());
        // Without these keys, a Llama stops at token 2.
        keys.put("bos_token_id", null);
        keys.put("eos_token_id", null);
        Map<String, Object> absent = Records.values(ABSENT);
        Records.values(config).forEach((component, value) -> {
            if (OF_TRAINING.contains(component) && !value.equals(absent.get(component))) {
                keys.put(Records.key(component), value);
            }
        });
        return keys;
    }

    @Override
    public LanguageModel read(Keys in) {
        return new Gpt(config(in));
    }

    private GptConfig config(Keys in) {
        Map<String, Object> values = Records.values(ABSENT);
        values.replaceAll((component, value) ->
                TRANSLATED.contains(component) ? value : own(in, component, value));
        requireComputed(in);
        int channels = in.size(CHANNELS);
        int heads = in.size(HEADS);
        requireHeadSize(in, channels, heads);
        values.put("vocabSize", in.size("vocab_size"));
        values.put("blockSize", in.size(BLOCK_SIZE));
        values.put("nLayer", in.size(LAYERS));
        values.put("nHead", heads);
        values.put("nKvHead", keyHeads(in, heads));
        values.put("nEmbd", channels);
        values.put("nInner", in.size("intermediate_size"));
        values.put("dropout", in.dropout(DROPOUTS));
        values.put("ropeBase", ropeBase(in));
        values.put("qkNorm", qkNorm);
        values.put("tieWeights", in.truth("tie_word_embeddings", ABSENT.tieWeights()));
        values.put("layerNormEps", in.number("rms_norm_eps", ABSENT.layerNormEps()));
        return Records.make(GptConfig.class, values.values().toArray());
    }

    /** A component that has a key of its own name, which may say nothing else where the architecture fixes it. */
    private static Object own(Keys in, String component, Object fixed) {
        String key = Records.key(component);
        Object found = in.like(key, fixed);
        if (isFixed(component) && !found.equals(fixed)) {
            throw Keys.wrong(key, String.valueOf(word(fixed)), word(found));
        }
        return found;
    }

    private void requireComputed(Keys in) {
        // Two names of one function.
        in.only("hidden_act", in.text("hidden_act", "silu").equals("swish") ? "swish" : "silu", "silu");
        in.only("attention_bias", false, false);
        without.forEach((key, value) -> in.only(key, value, value));
        in.only("quantization_config", null, null);
        if (in.keys().get("layer_types") instanceof List<?> types
                && !types.stream().allMatch("full_attention"::equals)) {
            throw Keys.wrong("layer_types", "full_attention for every layer", types);
        }
    }

    private void requireHeadSize(Keys in, int channels, int heads) {
        if (channels % heads != 0) {
            throw Keys.wrong(CHANNELS, "a multiple of " + HEADS + ", " + heads, channels);
        }
        int share = channels / heads;
        int size = in.integer(HEAD_SIZE, absentHeadSize > 0 ? absentHeadSize : share);
        if (size != share) {
            throw Keys.wrong(HEAD_SIZE, CHANNELS + " / " + HEADS + " = " + share, size);
        }
        if (size % 2 != 0) {
            throw Keys.wrong(HEAD_SIZE, "even, for pairs of channels to be rotated", size);
        }
    }

    private static int keyHeads(Keys in, int heads) {
        int found = in.integer("num_key_value_heads", heads);
        if (found < 1 || heads % found != 0) {
            throw Keys.wrong("num_key_value_heads", "a divisor of " + HEADS + ", " + heads, found);
        }
        return found;
    }

    /** As version 4 of transformers has it, {@code rope_theta} and {@code rope_scaling}, or 5, in one object. */
    private static double ropeBase(Keys in) {
        double base = in.number("rope_theta", ABSENT.ropeBase());
        requireWholeHead(in);
        for (String key : List.of("rope_scaling", "rope_parameters")) {
            Object found = in.keys().get(key);
            if (found instanceof Map<?, ?> map) {
                Map<String, Object> named = new LinkedHashMap<>();
                map.forEach((name, value) -> named.put(String.valueOf(name), value));
                Keys parameters = new Keys(named);
                String type = parameters.text("rope_type", parameters.text("type", "default"));
                if (!type.equals("default")) {
                    throw Keys.wrong(key, "absent or of type default", type);
                }
                requireWholeHead(parameters);
                base = parameters.number("rope_theta", base);
            } else if (found != null) {
                throw Keys.wrong(key, "absent or of type default", found);
            }
        }
        return base;
    }

    private static void requireWholeHead(Keys in) {
        if (in.number("partial_rotary_factor", 1) != 1) {
            throw Keys.wrong("partial_rotary_factor", "1", in.keys().get("partial_rotary_factor"));
        }
    }

    @Override
    public List<String> misfits(Keys keys, Map<String, int[]> file) {
        return sizes.misfits(config(keys), file);
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
        return FREQUENCIES;
    }

    @Override
    public Map<String, Integer> rows(LanguageModel model) {
        return Map.of(TOKENS, model.vocabSize(), HEAD, model.vocabSize());
    }

    @Override
    public List<FileTensor> tensors(LanguageModel model, String own, int... shape) {
        Matcher block = OWN_BLOCK.matcher(own);
        if (!block.matches()) {
            return List.of(FileTensor.same(OUTSIDE.getOrDefault(own, own), shape));
        }
        String layer = PREFIX + "layers." + block.group(1) + ".";
        String module = block.group(2);
        if (module.equals("attn.c_attn")) {
            int keys = ((Gpt) model).gptConfig().keyChannels();
            int queries = shape[1] - 2 * keys;
            return List.of(FileTensor.columns(layer + "self_attn.q_proj.weight", shape[0], 0, queries),
                    FileTensor.columns(layer + "self_attn.k_proj.weight", shape[0], queries, keys),
                    FileTensor.columns(layer + "self_attn.v_proj.weight", shape[0], queries + keys, keys));
        }
        if (MATRICES.containsKey(module)) {
            return List.of(FileTensor.columns(layer + MATRICES.get(module) + ".weight", shape[0], 0, shape[1]));
        }
        return List.of(FileTensor.same(VECTORS.containsKey(module) ? layer + VECTORS.get(module) + ".weight" : own,
                shape));
    }
}
