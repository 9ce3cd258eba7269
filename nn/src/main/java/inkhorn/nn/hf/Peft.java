package inkhorn.nn.hf;

import inkhorn.autograd.Tensor;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.lora.Lora;
import inkhorn.nn.lora.LoraConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * LoRA adapters in the names, layout and {@code adapter_config.json} of Hugging Face's PEFT, version 0.10 and later:
 * {@code base_model.model.<module>.lora_A.weight} (r, in) and {@code ….lora_B.weight} (out, r), each the transpose of
 * what {@link Lora} keeps.
 */
public final class Peft {
    private static final String PREFIX = "base_model.model.";
    private static final String TYPE = "LORA";
    /** Before the part that holds A or B. */
    private static final String PART = ".lora_";

    /** What must be absent, null, false or empty: it changes what an adapter computes, and is not computed here. */
    private static final List<String> REFUSED = List.of("rank_pattern", "alpha_pattern", "use_dora", "modules_to_save",
            "layer_replication", "lora_bias", "trainable_token_indices", "target_parameters", "megatron_config",
            "use_qalora", "arrow_config", "alora_invocation_tokens");
    /** Values of {@code init_lora_weights} that leave the base's weights as they are. */
    private static final Set<Object> PLAIN_STARTS = Set.of(true, false, "gaussian", "eva", "orthogonal");

    private Peft() {}

    /** A model's adapters by the names of the file, transposed copies. */
    public static Map<String, Tensor> state(LanguageModel adapted) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Parameter p : Lora.parameters(adapted)) {
            int[] shape = p.tensor().shape().dims();
            state.put(PREFIX + p.name(),
                    Tensor.of(Transposed.of(p.tensor().data(), shape[0], shape[1]), shape[1], shape[0]));
        }
        return state;
    }

    /** The keys of {@code adapter_config.json}, as {@code LoraConfig.save_pretrained} writes them. */
    public static Map<String, Object> config(LoraConfig lora, String base) {
        Map<String, Object> keys = new TreeMap<>();
        for (String absent : List.of("auto_mapping", "layer_replication", "layers_pattern", "layers_to_transform",
                "megatron_config", "modules_to_save", "revision")) {
            keys.put(absent, null);
        }
        for (String empty : List.of("alpha_pattern", "loftq_config", "rank_pattern")) {
            keys.put(empty, Map.of());
        }
        keys.put("base_model_name_or_path", base);
        keys.put("bias", "none");
        keys.put("fan_in_fan_out", true);
        keys.put("inference_mode", true);
        keys.put("init_lora_weights", true);
        boolean isWhole = lora.alpha() == Math.rint(lora.alpha()) && lora.alpha() <= Integer.MAX_VALUE;
        keys.put("lora_alpha", isWhole ? (Object) lora.alpha().intValue() : lora.alpha());
        keys.put("lora_dropout", lora.dropout());
        keys.put("megatron_core", "megatron.core");
        keys.put("peft_type", TYPE);
        keys.put("r", lora.rank());
        keys.put("target_modules", lora.targets());
        keys.put("task_type", "CAUSAL_LM");
        keys.put("use_dora", false);
        keys.put("use_rslora", false);
        return keys;
    }

    /**
     * What {@code adapter_config.json} says. With {@code use_rslora} (Kalajdzievski 2023) the factor is
     * {@code alpha / √r}.
     *
     * @throws IllegalArgumentException naming the key, what was found and what is allowed
     */
    public static LoraConfig read(Map<String, Object> file) {
        Keys keys = new Keys(file);
        keys.only("peft_type", TYPE, null);
        keys.only("bias", "none", "none");
        List<String> wrong = new ArrayList<>();
        for (String key : REFUSED) {
            Object found = file.get(key);
            boolean isNothing = found == null || Boolean.FALSE.equals(found) || found instanceof Map<?, ?> m
                    && m.isEmpty() || found instanceof Collection<?> c && c.isEmpty();
            if (!isNothing) {
                wrong.add(key + " must be absent or empty, found " + found);
            }
        }
        Object start = file.getOrDefault("init_lora_weights", true);
        if (start != null && !PLAIN_STARTS.contains(start)) {
            wrong.add("init_lora_weights must leave the base as it is (true, false, gaussian), found " + start);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong)
                    + "; fold such an adapter into its base with PEFT's merge_and_unload, and import the model");
        }
        int rank = keys.integer("r");
        if (rank < 1) {
            throw new IllegalArgumentException("r must be a whole number >= 1, found " + rank);
        }
        double alpha = keys.number("lora_alpha", 8);
        return new LoraConfig(rank, keys.truth("use_rslora", false) ? alpha * Math.sqrt(rank) : alpha,
                keys.number("lora_dropout", 0), List.of("c_attn"));
    }

    /** The modules that the tensors of a file adapt. */
    public static Set<String> modules(Collection<String> names) {
        Set<String> modules = new LinkedHashSet<>();
        names.stream().filter(name -> name.startsWith(PREFIX) && name.contains(PART))
                .forEach(name -> modules.add(ownName(name).substring(0, ownName(name).lastIndexOf(PART))));
        return modules;
    }

    /** Whether a tensor is an A, of which the first size is r. */
    public static boolean isA(String name) {
        return name.endsWith(PART + "A.weight");
    }

    /** What adapters of GPT2Model are called has no {@code transformer.}. */
    private static String ownName(String name) {
        String own = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        return own.startsWith("h.") ? "transformer." + own : own;
    }

    /**
     * Compares the tensors of a file with the adapters of a model.
     *
     * @return all names that are missing, all that are unexpected and all that have another shape, a sentence for each
     *     kind
     */
    public static List<String> mismatches(LanguageModel adapted, Map<String, int[]> file) {
        Map<String, int[]> expected = new LinkedHashMap<>();
        Lora.parameters(adapted).forEach(p -> {
            int[] shape = p.tensor().shape().dims();
            expected.put(p.name(), new int[] {shape[1], shape[0]});
        });
        Set<String> missing = new LinkedHashSet<>(expected.keySet());
        Set<String> unexpected = new TreeSet<>();
        List<String> shapes = new ArrayList<>();
        file.forEach((name, shape) -> {
            String own = ownName(name);
            boolean isKnown = name.startsWith(PREFIX) && missing.remove(own);
            if (!isKnown) {
                unexpected.add(name);
            } else if (!Arrays.equals(shape, expected.get(own))) {
                shapes.add(name + " " + Arrays.toString(shape) + " where the model and r need "
                        + Arrays.toString(expected.get(own)));
            }
        });
        List<String> wrong = new ArrayList<>();
        if (!missing.isEmpty()) {
            wrong.add("missing: " + String.join(", ", missing.stream().map(name -> PREFIX + name).toList()));
        }
        if (!unexpected.isEmpty()) {
            wrong.add("unexpected: " + String.join(", ", unexpected));
        }
        if (!shapes.isEmpty()) {
            wrong.add("of another shape: " + String.join(", ", shapes));
        }
        return wrong;
    }

    /**
     * Fills a model's adapters.
     *
     * @param file the values of a tensor by its name, of a file that fits
     * @param names those of the file
     */
    public static void load(LanguageModel adapted, Collection<String> names, Function<String, float[]> file) {
        Map<String, String> inFile = new LinkedHashMap<>();
        names.forEach(name -> inFile.put(ownName(name), name));
        for (Parameter p : Lora.parameters(adapted)) {
            int[] shape = p.tensor().shape().dims();
            float[] values = Transposed.of(file.apply(inFile.get(p.name())), shape[1], shape[0]);
            System.arraycopy(values, 0, p.tensor().data(), 0, values.length);
        }
    }
}
