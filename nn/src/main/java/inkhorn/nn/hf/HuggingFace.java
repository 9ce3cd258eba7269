package inkhorn.nn.hf;

import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.StateDict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Models as Hugging Face's {@code config.json} describes them, and the names of their weights: one entry an
 * architecture.
 */
public final class HuggingFace {
    private static final List<Architecture<?>> ARCHITECTURES = List.of(
            gpt(Gpt2.MODEL_TYPE), gpt(Gpt2.OWN_TYPE),
            new Architecture<>("bigram", Bigram.class,
                    keys -> new Bigram(keys.integer("vocab_size"), keys.integer("n_positions")),
                    HuggingFace::write, (keys, file) -> List.of()));

    private HuggingFace() {}

    private static Architecture<Gpt> gpt(String modelType) {
        return new Architecture<>(modelType, Gpt.class, keys -> new Gpt(Gpt2.read(keys)),
                gpt -> Gpt2.write(gpt.gptConfig()), (keys, file) -> Gpt2.misfits(Gpt2.read(keys), file));
    }

    /**
     * An architecture.
     *
     * @param modelType the value of {@code model_type}
     * @param type the models of this architecture
     * @param read makes a model, its weights to be loaded
     * @param write the keys of a model in the order in which they are written: numbers, strings, booleans, lists of
     *     strings
     * @param misfits where keys have other sizes than a file's tensors; found before a model is made
     */
    private record Architecture<M extends LanguageModel>(String modelType, Class<M> type, Function<Keys, M> read,
            Function<M, Map<String, Object>> write, BiFunction<Keys, Map<String, int[]>, List<String>> misfits) {
        Map<String, Object> config(LanguageModel model) {
            return write.apply(type.cast(model));
        }
    }

    private static Map<String, Object> write(Bigram bigram) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("model_type", "bigram");
        keys.put("vocab_size", bigram.vocabSize());
        keys.put("n_positions", bigram.blockSize());
        return keys;
    }

    /**
     * The model that the keys of a {@code config.json} describe, its weights to be loaded.
     *
     * @throws IllegalArgumentException naming the key, what was found and what is allowed: for a missing or wrongly
     *     typed key, a value out of range, or a variant that is not computed here
     */
    public static LanguageModel model(Map<String, Object> keys) {
        return of(keys).read().apply(new Keys(keys));
    }

    /** The keys of a model's {@code config.json}, from which {@link #model} makes it again. */
    public static Map<String, Object> config(LanguageModel model) {
        return ARCHITECTURES.stream().filter(a -> a.type().isInstance(model)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(model.getClass() + ": has no model_type"))
                .config(model);
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
        List<String> wrong = new ArrayList<>(of(keys).misfits().apply(new Keys(keys), file));
        if (!wrong.isEmpty()) {
            return wrong;
        }
        long held = file.values().stream().mapToLong(HuggingFace::size).sum();
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel model = model(keys);
            long described = model.parameterCount();
            if (described > held) {
                wrong.add("describes a model of " + described + " weights, model.safetensors holds " + held);
                wrong.addAll(StateDict.mismatches(model, byOwnNames(model, file)));
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
     * The tensors of a file under the names that a model has for them: GPT-2's files may leave {@code transformer.}
     * out, and hold attention masks, which are left out.
     *
     * @throws IllegalArgumentException if the file has a tensor under both names
     */
    public static <T> Map<String, T> byOwnNames(LanguageModel model, Map<String, T> file) {
        Set<String> known = StateDict.names(model);
        known.addAll(zeroBiases(model).keySet());
        Map<String, T> found = new LinkedHashMap<>();
        file.forEach((name, tensor) -> {
            String own = Gpt2.ownName(name, known);
            if (own != null && found.put(own, tensor) != null) {
                throw new IllegalArgumentException("weights do not fit the model; " + own
                        + " is there twice, with and without \"transformer.\"");
            }
        });
        return found;
    }

    /**
     * Leaves out the last rows of tables that have a row for each token or position, where the model has fewer: the
     * padding behind a vocabulary, or the positions behind a shorter context. Whether fewer are meant is for the
     * caller to know, who made the model.
     *
     * @param file tensors by the model's names
     */
    public static Map<String, StateDict.Stored> cropped(LanguageModel model,
                                                        Map<String, ? extends StateDict.Stored> file) {
        Map<String, StateDict.Stored> cropped = new LinkedHashMap<>(file);
        Gpt2.rows(model).forEach((name, rows) -> cropped.computeIfPresent(name, (same, stored) ->
                stored.shape().length == 2 && stored.shape()[0] > rows ? stored.firstRows(rows) : stored));
        return cropped;
    }

    /**
     * What a file holds of a model: its state ({@link StateDict#of}), and zeros for the biases that GPT-2 has and the
     * model does without. transformers would warn that they are missing; {@code bias: false} in {@code config.json} is
     * how {@link #withoutZeroBiases} knows them again.
     */
    public static Map<String, Tensor> state(LanguageModel model) {
        Map<String, Tensor> state = StateDict.of(model);
        zeroBiases(model).forEach((name, length) -> state.put(name, Tensor.of(new float[length], length)));
        return state;
    }

    /**
     * The tensors of a file without the biases that {@link #state} adds, where the file has them.
     *
     * @param file by the model's names ({@link #byOwnNames})
     * @throws IllegalArgumentException naming a bias that has another length or is not 0: the file is of a model with
     *     biases then
     */
    public static <T extends StateDict.Stored> Map<String, T> withoutZeroBiases(LanguageModel model,
            Map<String, T> file) {
        Map<String, T> rest = new LinkedHashMap<>(file);
        zeroBiases(model).forEach((name, length) -> {
            T bias = rest.remove(name);
            if (bias != null && !isZero(bias, length)) {
                throw new IllegalArgumentException("weights do not fit the model; config.json says bias: false, but "
                        + name + " is not " + length + " zeros");
            }
        });
        return rest;
    }

    private static boolean isZero(StateDict.Stored bias, int length) {
        if (!Arrays.equals(bias.shape(), new int[] {length})) {
            return false;
        }
        float[] values = new float[length];
        bias.read(0, values);
        boolean isZero = true;
        for (float value : values) {
            isZero &= value == 0;
        }
        return isZero;
    }

    private static Map<String, Integer> zeroBiases(LanguageModel model) {
        return model instanceof Gpt gpt ? Gpt2.zeroBiases(gpt) : Map.of();
    }

    private static Architecture<?> of(Map<String, Object> keys) {
        Object type = keys.getOrDefault("model_type", Gpt2.MODEL_TYPE);
        return ARCHITECTURES.stream().filter(a -> a.modelType().equals(type)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model_type must be one of " + String.join(", ",
                        ARCHITECTURES.stream().map(Architecture::modelType).toList()) + ", found " + type));
    }
}
