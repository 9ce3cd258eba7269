package inkhorn.nn.hf;

import inkhorn.autograd.Scope;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Position;
import inkhorn.nn.StateDict;
import inkhorn.nn.config.Records;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A {@link Gpt} as GPT-2's {@code config.json} (transformers, {@code GPT2Config}), and back. Components of
 * {@link GptConfig} that GPT-2 has no key for stand beside its keys, under the names that they have in YAML. A model
 * that is no GPT-2 for one of them has a {@code model_type} of its own, so that transformers does not take it for one.
 */
public final class Gpt2 {
    /** Numbers of a position table that is computed, and so has no tensor to be held against: 256 MiB. */
    public static final long LARGEST_TABLE = 1L << 26;

    /** Blocks that a file may lack for its missing tensors to be listed. */
    private static final int MOST_BLOCKS_LISTED = 200;

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

    private Gpt2() {}

    static Map<String, Object> write(GptConfig config) {
        Map<String, Object> keys = new LinkedHashMap<>();
        Map<String, Object> absent = Records.values(ABSENT);
        Map<String, Object> own = untranslated(config);
        if (isGpt2(config)) {
            keys.put("model_type", MODEL_TYPE);
            keys.put("architectures", List.of("GPT2LMHeadModel"));
        } else {
            keys.put("model_type", OWN_TYPE);
        }
        keys.put("vocab_size", config.vocabSize());
        keys.put("n_positions", config.blockSize());
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
    static GptConfig read(Keys in) {
        Map<String, Object> values = Records.values(ABSENT);
        values.replaceAll((component, value) ->
                TRANSLATED.contains(component) ? value : in.like(Records.key(component), value));
        values.put("nEmbd", in.integer("n_embd"));
        in.only("scale_attn_weights", true, true);
        in.only("scale_attn_by_inverse_layer_idx", false, false);
        in.only("add_cross_attention", false, false);
        values.put("vocabSize", in.integer("vocab_size"));
        values.put("blockSize", in.integer("n_positions"));
        values.put("nLayer", in.integer("n_layer"));
        values.put("nHead", in.integer("n_head"));
        values.put("dropout", dropout(in));
        values.put("activation", activation(in));
        values.put("tieWeights", in.truth("tie_word_embeddings", true));
        values.put("layerNormEps", in.number("layer_norm_epsilon", ABSENT.layerNormEps()));
        return Records.make(GptConfig.class, values.values().toArray());
    }

    private static double dropout(Keys in) {
        double first = in.number(DROPOUTS.get(0), 0);
        for (String key : DROPOUTS) {
            if (in.number(key, 0) != first) {
                throw new IllegalArgumentException(key + " must equal " + DROPOUTS.get(0) + ", found "
                        + in.number(key, 0) + " and " + first + ": this model has one dropout");
            }
        }
        return first;
    }

    private static Activation activation(Keys in) {
        String key = "activation_function";
        String absent = Activation.GELU_TANH.huggingFace();
        // Two names of the formula that gelu_new is.
        boolean alias = Set.of("gelu_pytorch_tanh", "gelu_fast").contains(in.text(key, absent));
        return alias ? Activation.GELU_TANH
                : in.oneOf(key, List.of(Activation.values()), Activation::huggingFace, absent);
    }

    /** The name that a model has for a tensor of a file; null for what is no weight. */
    static String ownName(String name, Set<String> known) {
        if (known.contains(name)) {
            return name;
        }
        return known.contains(PREFIX + name) ? PREFIX + name : MASKS.matcher(name).matches() ? null : name;
    }

    /** The rows of each table that has one for each token or position, by the table's name. */
    static Map<String, Integer> rows(LanguageModel model) {
        return model instanceof Gpt ? Map.of(TOKENS, model.vocabSize(), HEAD, model.vocabSize(),
                POSITIONS, model.blockSize()) : Map.of();
    }

    /**
     * The biases that GPT-2 has and this model does without, with their lengths: where a file is to be read by other
     * programs, they are there and 0. Empty for a model with biases, and for one that is no GPT-2.
     */
    static Map<String, Integer> zeroBiases(Gpt model) {
        Map<String, Integer> biases = new LinkedHashMap<>();
        GptConfig config = model.gptConfig();
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

    /** Where a config has other sizes than a file's tensors, by name; found before anything of these sizes is made. */
    static List<String> misfits(GptConfig gpt, Map<String, int[]> file) {
        List<String> wrong = new ArrayList<>();
        double table = gpt.blockSize() * switch (gpt.position()) {
            case LEARNED, SINUSOIDAL -> (double) gpt.nEmbd();
            case ROPE -> gpt.rotated();
            case ALIBI -> 0;
        };
        size(wrong, file, "vocab_size and n_embd", TOKENS, gpt.vocabSize(), gpt.nEmbd());
        boolean stored = size(wrong, file, "n_positions and n_embd", POSITIONS, gpt.blockSize(),
                gpt.nEmbd());
        if (gpt.position() != Position.LEARNED && !stored && table > LARGEST_TABLE) {
            wrong.add("n_positions is " + gpt.blockSize() + " with n_embd " + gpt.nEmbd()
                    + ", and a table of " + Records.word(gpt.position()) + " positions has at most " + LARGEST_TABLE
                    + " numbers");
        }
        long blocks = file.keySet().stream().map(BLOCK::matcher).filter(Matcher::matches)
                .map(matcher -> matcher.group(1)).distinct().count();
        if (gpt.nLayer() > blocks) {
            wrong.add("n_layer is " + gpt.nLayer() + ", but model.safetensors has " + blocks
                    + (blocks == 1 ? " block" : " blocks"));
        }
        boolean isListed = !wrong.isEmpty() && gpt.position() == Position.LEARNED
                && gpt.nLayer() <= blocks + MOST_BLOCKS_LISTED;
        return isListed ? withTensors(wrong, gpt, file) : wrong;
    }

    /** Adds every tensor of the file that does not fit the config. */
    private static List<String> withTensors(List<String> wrong, GptConfig gpt, Map<String, int[]> file) {
        try (Scope shapes = Scope.openOnShapes()) {
            Gpt model = new Gpt(gpt);
            Map<String, int[]> own = HuggingFace.byOwnNames(model, file);
            own.keySet().removeAll(zeroBiases(model).keySet());
            wrong.addAll(StateDict.mismatches(model, own));
        } catch (IllegalArgumentException e) {
            // Sizes that no array can have: they are named already.
        }
        return wrong;
    }

    /** Whether the file has the tensor; with another shape, that is wrong. */
    private static boolean size(List<String> wrong, Map<String, int[]> file, String keys, String name,
                                int... described) {
        String held = file.containsKey(name) ? name : name.substring(PREFIX.length());
        int[] shape = file.get(held);
        if (shape != null && !Arrays.equals(shape, described)) {
            wrong.add(keys + " are " + joined(described, " and ") + ", but " + held + " in model.safetensors is "
                    + joined(shape, " x "));
        }
        return shape != null;
    }

    private static String joined(int[] sizes, String between) {
        return Arrays.stream(sizes).mapToObj(String::valueOf).collect(Collectors.joining(between));
    }
}
