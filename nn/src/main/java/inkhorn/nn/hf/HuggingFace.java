package inkhorn.nn.hf;

import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.StateDict.Stored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Models as Hugging Face's {@code config.json} describes them, and the names of their weights: one entry an
 * architecture.
 */
public final class HuggingFace {
    /** Numbers of a position table that is computed, and so has no tensor to be held against: 256 MiB. */
    public static final long LARGEST_TABLE = 1L << 26;

    /** A model is written as the first that it is in all its parts. */
    private static final List<Architecture> ARCHITECTURES = List.of(new Gpt2(Gpt2.MODEL_TYPE), Llama.llama(),
            Llama.qwen3(), new Gpt2(Gpt2.OWN_TYPE), new BigramFiles());

    private HuggingFace() {}

    private static final class BigramFiles implements Architecture {
        @Override
        public String modelType() {
            return "bigram";
        }

        @Override
        public boolean isOf(LanguageModel model) {
            return model instanceof Bigram;
        }

        @Override
        public LanguageModel read(Keys keys) {
            return new Bigram(keys.integer("vocab_size"), keys.integer(blockSizeKey()));
        }

        @Override
        public Map<String, Object> write(LanguageModel model) {
            Map<String, Object> keys = new LinkedHashMap<>();
            keys.put("model_type", modelType());
            keys.put("vocab_size", model.vocabSize());
            keys.put(blockSizeKey(), model.blockSize());
            return keys;
        }

        @Override
        public List<String> misfits(Keys keys, Map<String, int[]> file) {
            return List.of();
        }

        @Override
        public String blockSizeKey() {
            return "n_positions";
        }
    }

    /**
     * The model that the keys of a {@code config.json} describe, its weights to be loaded.
     *
     * @throws IllegalArgumentException naming the key, what was found and what is allowed: for a missing or wrongly
     *     typed key, a value out of range, or a variant that is not computed here
     */
    public static LanguageModel model(Map<String, Object> keys) {
        return of(keys).read(new Keys(keys));
    }

    /** The keys of a model's {@code config.json}, from which {@link #model} makes it again. */
    public static Map<String, Object> config(LanguageModel model) {
        return of(model).write(model);
    }

    /**
     * What a model would have to have instead for transformers to compute it as a Llama or Qwen3: values by the keys of
     * the section {@code model}; empty where it is one.
     */
    public static Map<String, Object> changesToLlama(Gpt model) {
        return Llama.changes(model.gptConfig());
    }

    /** The key of a {@code config.json} that has the longest context. */
    public static String blockSizeKey(Map<String, Object> keys) {
        return find(keys).orElse(ARCHITECTURES.get(0)).blockSizeKey();
    }

    /** The keys with dropout at another value. */
    public static Map<String, Object> withDropout(Map<String, Object> keys, double value) {
        Map<String, Object> changed = new LinkedHashMap<>(keys);
        find(keys).ifPresent(architecture -> architecture.dropoutKeys().forEach(key -> changed.put(key, value)));
        return changed;
    }

    /** The keys without dropout, of which a model's weights know nothing. */
    public static Map<String, Object> withoutDropout(Map<String, Object> keys) {
        Map<String, Object> rest = new LinkedHashMap<>(keys);
        find(keys).ifPresent(architecture -> architecture.dropoutKeys().forEach(rest::remove));
        return rest;
    }

    /**
     * Compares the sizes in a {@code config.json} with the tensors that lie beside it, before anything of these sizes
     * is allocated.
     *
     * @param file the shape of each tensor by its name in the file
     * @return what differs, naming the keys, their values and what the file holds; empty where nothing does
     * @throws IllegalArgumentException as {@link #model}, and for a tensor that is too large for an array
     */
    public static List<String> misfits(Map<String, Object> keys, Map<String, int[]> file) {
        List<String> wrong = new ArrayList<>(of(keys).misfits(new Keys(keys), file));
        if (!wrong.isEmpty()) {
            return wrong;
        }
        long held = file.values().stream().mapToLong(HuggingFace::size).sum();
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel model = model(keys);
            long described = model.parameterCount();
            if (described > held) {
                wrong.add("describes a model of " + described + " weights, model.safetensors holds " + held);
                FileLayout layout = new FileLayout(of(keys), model);
                wrong.addAll(layout.mismatches(layout.named(file)));
            }
            return wrong;
        }
    }

    private static long size(int[] shape) {
        long size = 1;
        for (int length : shape) {
            size = Math.multiplyExact(size, (long) length);
        }
        return size;
    }

    /**
     * The tensors of a file under their full names: files may leave {@code transformer.} or {@code model.} out, and
     * hold what is no weight (attention masks), which is left out.
     *
     * @param keys of the file's {@code config.json}, which say whose names they are
     * @throws IllegalArgumentException if the file has a tensor under both names
     */
    public static <T> Map<String, T> named(Map<String, Object> keys, LanguageModel model, Map<String, T> file) {
        return new FileLayout(of(keys), model).named(file);
    }

    /**
     * The weights of a file by the model's names and in its layout, found to fit it. The last rows of tables are left
     * out where the model has fewer tokens or positions; whether fewer are meant is for the caller to know, who made
     * the model. So are the zeros of {@link #state}.
     *
     * @param named as {@link #named} has them
     * @throws IllegalArgumentException listing all names that are missing, unexpected or of another shape; for a bias
     *     that is not 0 where there should be none; and where a head differs from the table it is tied to
     */
    public static Map<String, Stored> weights(Map<String, Object> keys, LanguageModel model,
            Map<String, ? extends Stored> named) {
        return new FileLayout(of(keys), model).own(named);
    }

    /**
     * What a file holds of a model, in its order: its state under the architecture's names and in its layout, and zeros
     * for the biases that GPT-2 has and the model does without. transformers would warn that they are missing;
     * {@code bias: false} in {@code config.json} is how {@link #weights} knows them again. What need not be moved is no
     * copy.
     */
    public static Map<String, Tensor> state(LanguageModel model) {
        return new FileLayout(of(model), model).state();
    }

    /** The shapes of {@link #state}. */
    public static Map<String, int[]> shapes(LanguageModel model) {
        return new FileLayout(of(model), model).shapes();
    }

    /**
     * As {@link #state}, of weights that are read only later.
     *
     * @param weights by the model's names
     */
    public static Map<String, Stored> stored(LanguageModel model, Map<String, Stored> weights) {
        return new FileLayout(of(model), model).stored(weights);
    }

    private static Architecture of(LanguageModel model) {
        return ARCHITECTURES.stream().filter(architecture -> architecture.isOf(model)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(model.getClass() + ": has no model_type"));
    }

    private static Architecture of(Map<String, Object> keys) {
        return find(keys).orElseThrow(() -> new IllegalArgumentException("model_type must be one of "
                + String.join(", ", ARCHITECTURES.stream().map(Architecture::modelType).toList()) + ", found "
                + keys.get("model_type")));
    }

    private static Optional<Architecture> find(Map<String, Object> keys) {
        Object type = keys.getOrDefault("model_type", Gpt2.MODEL_TYPE);
        return ARCHITECTURES.stream().filter(architecture -> architecture.modelType().equals(type)).findFirst();
    }
}
