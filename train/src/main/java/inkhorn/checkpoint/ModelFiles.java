package inkhorn.checkpoint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

    /** What {@code model.safetensors} is to hold: views of the model's own arrays. */
    public static List<NamedTensor> weights(LanguageModel model) {
        return named(StateDict.of(model));
    }

    /** Tensors as a file is to hold them: views, not copies. */
    public static List<NamedTensor> named(Map<String, Tensor> tensors) {
        List<NamedTensor> named = new ArrayList<>();
        tensors.forEach((name, tensor) -> named.add(new NamedTensor(name, tensor.shape().dims(), tensor.data())));
        return named;
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
        for (String name : List.of(CheckpointLayout.CONFIG, CheckpointLayout.MODEL)) {
            if (Files.exists(directory.resolve(name))) {
                throw CheckpointException.userError(directory + ": holds a " + name + " already; name a new directory");
            }
        }
        try {
            Files.createDirectories(directory);
            for (Map.Entry<String, CheckpointContents.FileWriter> extra : extraFiles.entrySet()) {
                extra.getValue().write(directory.resolve(extra.getKey()));
            }
            JsonFile.write(directory.resolve(CheckpointLayout.CONFIG), config);
            Safetensors.writeUnchecked(directory.resolve(CheckpointLayout.MODEL), weights(model),
                    Safetensors.HUGGING_FACE, true);
        } catch (IOException e) {
            throw CheckpointException.runFailure(directory + ": the model cannot be saved ("
                    + CheckpointException.reason(e) + "); check free space and permissions", e);
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

    /** As {@link #load(Checkpoint)}, with these keys instead of those in the checkpoint. */
    public static LanguageModel load(Checkpoint checkpoint, Map<String, Object> config) {
        Path directory = checkpoint.directory();
        try (SafetensorsReader weights = checkpoint.openModel()) {
            LanguageModel model = of(config, weights, directory);
            StateDict.load(model, HuggingFace.byOwnNames(model, tensors(weights)));
            return model;
        } catch (IllegalArgumentException e) {
            throw wrongWeights(directory, e);
        }
    }

    /**
     * Makes the model of a checkpoint without its weights, to be looked at on shapes alone.
     *
     * @throws CheckpointException as {@link #load(Checkpoint)}
     */
    public static Supplier<LanguageModel> architecture(Checkpoint checkpoint) {
        Map<String, Object> config = config(checkpoint);
        try (SafetensorsReader weights = checkpoint.openModel()) {
            requireFit(config, weights);
            return () -> HuggingFace.model(config);
        } catch (IllegalArgumentException e) {
            throw wrongConfig(checkpoint.directory(), e);
        }
    }

    private static LanguageModel of(Map<String, Object> config, SafetensorsReader weights, Path directory) {
        try {
            requireFit(config, weights);
            return HuggingFace.model(config);
        } catch (IllegalArgumentException e) {
            throw wrongConfig(directory, e);
        }
    }

    /**
     * A config that lies about sizes must not cost the machine's memory: it is refused before anything is allocated.
     */
    private static void requireFit(Map<String, Object> config, SafetensorsReader weights) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        weights.names().forEach(name -> shapes.put(name, weights.info(name).shape()));
        List<String> wrong = HuggingFace.misfits(config, shapes);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
    }

    private static CheckpointException wrongConfig(Path directory, IllegalArgumentException e) {
        return CheckpointException.userError(directory.resolve(CheckpointLayout.CONFIG) + ": " + e.getMessage()
                + "; give the config.json that belongs to the weights", e);
    }

    /**
     * Puts the weights of a checkpoint into a model of its shape.
     *
     * @throws CheckpointException (the user's error) where weights are missing, of another shape or too many; the
     *     model is unchanged then
     */
    public static void loadInto(LanguageModel model, Checkpoint checkpoint) {
        try (SafetensorsReader weights = checkpoint.openModel()) {
            StateDict.load(model, HuggingFace.byOwnNames(model, tensors(weights)));
        } catch (IllegalArgumentException e) {
            throw wrongWeights(checkpoint.directory(), e);
        }
    }

    private static CheckpointException wrongWeights(Path directory, IllegalArgumentException e) {
        return CheckpointException.userError(directory.resolve(CheckpointLayout.MODEL) + ": " + e.getMessage()
                + "; config.json and model.safetensors must be of one model", e);
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
