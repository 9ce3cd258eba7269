package inkhorn.checkpoint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.data.files.Json;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.StateDict;
import inkhorn.nn.hf.HuggingFace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model as the contents of a checkpoint, and back: {@code config.json} describes it, {@code model.safetensors} has
 * its weights.
 */
public final class ModelFiles {
    private static final TypeReference<LinkedHashMap<String, Object>> KEYS = new TypeReference<>() {};

    private ModelFiles() {}

    /**
     * What {@code model.safetensors} is to hold, as {@link HuggingFace#state} says: views of the model's own arrays,
     * but copies of what lies in another layout there.
     */
    public static List<NamedTensor> weights(LanguageModel model) {
        return named(HuggingFace.state(model));
    }

    /** Tensors as a file is to hold them: views, not copies. */
    public static List<NamedTensor> named(Map<String, Tensor> tensors) {
        List<NamedTensor> named = new ArrayList<>();
        tensors.forEach((name, tensor) -> named.add(new NamedTensor(name, tensor.shape().dims(), tensor.data())));
        return named;
    }

    /** A further file of a checkpoint, with these tensors. */
    public static CheckpointContents.FileWriter file(Map<String, Tensor> tensors) {
        return file -> Safetensors.writeUnchecked(file, named(tensors), Safetensors.HUGGING_FACE, Dtype.F32, false);
    }

    /** What {@link #file} has written in a checkpoint; empty where there is no such file. */
    public static Map<String, Tensor> tensors(Checkpoint checkpoint, String name) {
        if (checkpoint.file(name).isEmpty()) {
            return Map.of();
        }
        try (SafetensorsReader reader = SafetensorsReader.open(checkpoint.file(name).get())) {
            return tensors(reader);
        }
    }

    /** What {@code config.json} is to hold. */
    public static ObjectNode configJson(LanguageModel model) {
        return Json.MAPPER.valueToTree(HuggingFace.config(model));
    }

    /**
     * Writes a model as a plain Hugging Face directory, created where it does not exist; a failure leaves no whole
     * model.
     *
     * @param config what {@code config.json} is to hold
     * @param extraFiles further files by plain name, written before the model's
     * @throws CheckpointException where the directory holds a model already (the user's error), or cannot be written
     */
    public static void save(Path directory, LanguageModel model, ObjectNode config,
            Map<String, CheckpointContents.FileWriter> extraFiles) {
        save(directory, model, config, extraFiles, Dtype.F32);
    }

    /** As above, with all weights in a type of choice: F32, F16 or BF16. */
    public static void save(Path directory, LanguageModel model, ObjectNode config,
            Map<String, CheckpointContents.FileWriter> extraFiles, Dtype dtype) {
        write(directory, config, extraFiles, file -> Safetensors.writeUnchecked(file, weights(model),
                Safetensors.HUGGING_FACE, dtype, true));
    }

    /**
     * Begins to write a model's directory as {@link #save(Path, LanguageModel, ObjectNode, Map)} does, with the weights
     * of a checkpoint, which are read part by part and never held whole.
     *
     * @param model of shapes alone, made of the checkpoint's keys by {@link #architecture(Checkpoint, Map)}
     * @return to be finished with what else the directory is to hold, and closed
     * @throws CheckpointException as {@link #load(Checkpoint)} too
     */
    public static ModelCopy copy(Checkpoint checkpoint, LanguageModel model, Path directory) {
        WeightFiles weights = checkpoint.openModel();
        boolean started = false;
        try {
            requireFit(checkpoint, weights);
            Map<String, StateDict.Stored> found = fitting(checkpoint, model, weights);
            ModelCopy copy = ModelCopy.start(directory, HuggingFace.stored(model, found), weights);
            started = true;
            return copy;
        } finally {
            if (!started) {
                weights.close();
            }
        }
    }

    /**
     * As {@link #copy(Checkpoint, LanguageModel, Path)}, with any weights.
     *
     * @param weights by the model's names, found to fit it; they stay readable until the copy is closed
     */
    public static ModelCopy copy(LanguageModel model, Map<String, StateDict.Stored> weights, Path directory) {
        return ModelCopy.start(directory, HuggingFace.stored(model, weights), () -> { });
    }

    private static void write(Path directory, ObjectNode config,
            Map<String, CheckpointContents.FileWriter> extraFiles, CheckpointContents.FileWriter weights) {
        requireNoModel(directory);
        try {
            Files.createDirectories(directory);
            for (Map.Entry<String, CheckpointContents.FileWriter> extra : extraFiles.entrySet()) {
                extra.getValue().write(directory.resolve(extra.getKey()));
            }
            JsonFile.write(directory.resolve(CheckpointLayout.CONFIG), config);
            weights.write(directory.resolve(CheckpointLayout.MODEL));
        } catch (IOException e) {
            throw CheckpointException.runFailure(directory + ": the model cannot be saved ("
                    + CheckpointException.reason(e) + "); check free space and permissions", e);
        }
    }

    /** @throws CheckpointException (the user's error) where {@link #save} would find a model */
    public static void requireNoModel(Path directory) {
        for (String name : List.of(CheckpointLayout.CONFIG, CheckpointLayout.MODEL)) {
            if (Files.exists(directory.resolve(name))) {
                throw CheckpointException.userError(directory + ": holds a " + name + " already; name a new directory");
            }
        }
    }

    /** The keys of a checkpoint's {@code config.json}, as {@link HuggingFace#model} takes them. */
    public static Map<String, Object> config(Checkpoint checkpoint) {
        return Json.MAPPER.convertValue(checkpoint.config(), KEYS);
    }

    /**
     * The model with its weights.
     *
     * @throws CheckpointException (the user's error) where {@code config.json} describes no model of ours, or weights
     *                             are missing, of another shape or too many
     */
    public static LanguageModel load(Checkpoint checkpoint) {
        return load(checkpoint, config(checkpoint));
    }

    /**
     * As {@link #load(Checkpoint)}, with these keys instead of those in the checkpoint. With a smaller
     * {@code vocab_size} or a shorter context the last rows of the tables are left out.
     */
    public static LanguageModel load(Checkpoint checkpoint, Map<String, Object> config) {
        if (checkpoint.isAdapter()) {
            Checkpoint base = AdapterBase.of(checkpoint).open();
            return AdapterFiles.put(load(base, config), checkpoint.directory());
        }
        try (WeightFiles weights = checkpoint.openModel()) {
            requireFit(checkpoint, weights);
            LanguageModel model = described(config, checkpoint.directory());
            read(checkpoint, model, weights);
            return model;
        }
    }

    /**
     * Makes the model of a checkpoint without its weights, to be looked at on shapes alone.
     *
     * @throws CheckpointException as {@link #load(Checkpoint)}
     */
    public static Supplier<LanguageModel> architecture(Checkpoint checkpoint) {
        return architecture(checkpoint, config(checkpoint));
    }

    /** As {@link #architecture(Checkpoint)}, with these keys instead of those in the checkpoint. */
    public static Supplier<LanguageModel> architecture(Checkpoint checkpoint, Map<String, Object> config) {
        if (checkpoint.isAdapter()) {
            return () -> AdapterFiles.adapt(described(config, checkpoint.directory()), checkpoint.directory());
        }
        try (WeightFiles weights = checkpoint.openModel(); Scope shapes = Scope.openOnShapes()) {
            requireFit(checkpoint, weights);
            described(config, checkpoint.directory());
            return () -> HuggingFace.model(config);
        }
    }

    private static LanguageModel described(Map<String, Object> config, Path directory) {
        try {
            return HuggingFace.model(config);
        } catch (IllegalArgumentException e) {
            throw wrongConfig(directory, e.getMessage(), e);
        }
    }

    /**
     * A config that lies about sizes must not cost the machine's memory: it is refused before anything is allocated,
     * with every tensor that does not fit.
     */
    private static void requireFit(Checkpoint checkpoint, WeightFiles weights) {
        Map<String, Object> config = HuggingFace.withoutDropout(config(checkpoint));
        Map<String, int[]> shapes = new LinkedHashMap<>();
        weights.names().forEach(name -> shapes.put(name, weights.info(name).shape()));
        try {
            List<String> wrong = HuggingFace.misfits(config, shapes);
            if (!wrong.isEmpty()) {
                throw wrongConfig(checkpoint.directory(), String.join("; ", wrong), null);
            }
        } catch (IllegalArgumentException e) {
            throw wrongConfig(checkpoint.directory(), e.getMessage(), e);
        }
    }

    private static CheckpointException wrongConfig(Path directory, String what, Throwable cause) {
        return CheckpointException.userError(directory.resolve(CheckpointLayout.CONFIG) + ": " + what
                + "; give the config.json that belongs to the weights", cause);
    }

    /**
     * Puts the weights of a checkpoint into a model of its shape; where that has a shorter context or fewer tokens,
     * the last rows of the tables are left out. Of an adapter's checkpoint, a model that has one and its base already
     * gets the adapter's weights.
     *
     * @throws CheckpointException (the user's error) where weights are missing, of another shape or too many; the
     *     model is unchanged then
     */
    public static void loadInto(LanguageModel model, Checkpoint checkpoint) {
        if (checkpoint.isAdapter()) {
            AdapterFiles.read(model, checkpoint.directory());
            return;
        }
        try (WeightFiles weights = checkpoint.openModel()) {
            requireFit(checkpoint, weights);
            read(checkpoint, model, weights);
        }
    }

    private static void read(Checkpoint checkpoint, LanguageModel model, WeightFiles weights) {
        Map<String, StateDict.Stored> found = fitting(checkpoint, model, weights);
        try {
            StateDict.read(model, found);
        } catch (IllegalArgumentException e) {
            throw wrongWeights(weights, e);
        }
    }

    /** The tensors of a model, found to fit it, by its names. */
    private static Map<String, StateDict.Stored> fitting(Checkpoint checkpoint, LanguageModel model,
            WeightFiles weights) {
        Map<String, Object> config = config(checkpoint);
        Map<String, InFile> file = new LinkedHashMap<>();
        weights.names().forEach(name -> file.put(name, new InFile(weights, name)));
        try {
            Map<String, InFile> named = HuggingFace.named(config, model, file);
            requireNumbers(named);
            return HuggingFace.weights(config, model, named);
        } catch (IllegalArgumentException e) {
            throw wrongWeights(weights, e);
        }
    }

    private static CheckpointException wrongWeights(WeightFiles weights, IllegalArgumentException e) {
        return CheckpointException.userError(weights.file() + ": " + e.getMessage()
                + "; config.json and the weights must be of one model", e);
    }

    /** GPT-2's masks, which may be of any type, are not among them. */
    private static void requireNumbers(Map<String, InFile> tensors) {
        List<String> others = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            Dtype type = tensor.weights().info(tensor.name()).dtype();
            if (!type.isFloat()) {
                others.add(name + " " + type);
            }
        });
        if (!others.isEmpty()) {
            throw new IllegalArgumentException("weights must be of type F32, F16, BF16 or F64, found "
                    + String.join(", ", others));
        }
    }

    private record InFile(WeightFiles weights, String name) implements StateDict.Stored {
        @Override
        public int[] shape() {
            return weights.info(name).shape();
        }

        @Override
        public void read(int from, float[] target) {
            weights.read(name, from, target);
        }
    }

    /** The floating-point tensors of a file. */
    public static Map<String, Tensor> tensors(SafetensorsReader weights) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : weights.names()) {
            // Others, such as GPT-2's boolean attention masks, are no weights.
            if (weights.info(name).dtype().isFloat()) {
                NamedTensor read = weights.read(name);
                // Without sizes, Tensor.of makes a vector.
                boolean isScalar = read.shape().length == 0;
                tensors.put(name, isScalar ? Tensor.scalar(read.data()[0]) : Tensor.of(read.data(), read.shape()));
            }
        }
        return tensors;
    }
}
