package inkhorn.checkpoint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.data.files.Json;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.hf.Peft;
import inkhorn.nn.lora.Lora;
import inkhorn.nn.lora.LoraConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model's LoRA adapter as PEFT's two files, {@code adapter_model.safetensors} and {@code adapter_config.json}. */
public final class AdapterFiles {
    /** How the adapter is made. */
    public static final String CONFIG = "adapter_config.json";
    private static final TypeReference<LinkedHashMap<String, Object>> KEYS = new TypeReference<>() {};

    private AdapterFiles() {}

    /** Whether a directory has an adapter's two files. */
    public static boolean areIn(Path directory) {
        return Files.isRegularFile(directory.resolve(CONFIG))
                && Files.isRegularFile(directory.resolve(CheckpointLayout.ADAPTER));
    }

    /** What {@code adapter_model.safetensors} is to hold: copies, since PEFT keeps matrices transposed. */
    public static List<NamedTensor> weights(LanguageModel adapted) {
        return ModelFiles.named(Peft.state(adapted));
    }

    /** What writes {@code adapter_config.json}. */
    public static FileWriter config(LoraConfig lora, AdapterBase base) {
        ObjectNode keys = Json.MAPPER.valueToTree(Peft.config(lora, base.path()));
        return file -> JsonFile.write(file, keys);
    }

    /**
     * Puts the adapter of a directory on a model.
     *
     * @return the model
     * @throws CheckpointException (the user's error) where the files describe what is not computed here, with the
     *     reason, or do not fit the model, with all names
     */
    public static LanguageModel put(LanguageModel model, Path directory) {
        adapt(model, directory);
        read(model, directory);
        return model;
    }

    /**
     * As {@link #put}, of the adapter that belongs on this checkpoint's model.
     *
     * @throws CheckpointException also where the adapter names another base
     */
    public static LanguageModel put(LanguageModel model, Checkpoint base, Path directory) {
        AdapterBase.read(directory).ifPresent(named -> named.requireIs(base));
        return put(model, directory);
    }

    /** Adds adapters, to be loaded, where the files have them. */
    static LanguageModel adapt(LanguageModel model, Path directory) {
        Path config = directory.resolve(CONFIG);
        Path weights = directory.resolve(CheckpointLayout.ADAPTER);
        try (SafetensorsReader reader = SafetensorsReader.open(weights)) {
            LoraConfig lora = Peft.read(Json.MAPPER.convertValue(JsonFile.read(config), KEYS));
            Set<String> modules = Peft.modules(reader.names());
            List<String> unknown = modules.stream().filter(name -> !Lora.adaptable(model).contains(name)).toList();
            if (!unknown.isEmpty()) {
                throw CheckpointException.userError(weights + ": adapts modules that the model does not have: "
                        + String.join(", ", unknown) + "; give the model that the adapter was trained on");
            }
            requireRank(reader, lora.rank());
            Lora.adapt(model, lora, modules);
            return model;
        } catch (IllegalArgumentException e) {
            throw CheckpointException.userError(config + ": " + e.getMessage(), e);
        }
    }

    /** A config that lies about the rank must not cost the machine's memory. */
    private static void requireRank(SafetensorsReader reader, int rank) {
        for (String name : reader.names()) {
            int[] shape = reader.info(name).shape();
            if (Peft.isA(name) && (shape.length != 2 || shape[0] != rank)) {
                throw new IllegalArgumentException("r is " + rank + ", but " + name + " is " + Arrays.toString(shape)
                        + " in " + CheckpointLayout.ADAPTER + "; give the adapter_config.json that belongs to it");
            }
        }
    }

    /**
     * Reads an adapter into a model that has one.
     *
     * @throws CheckpointException (the user's error) where tensors are missing, of another shape or too many, with all
     *     names; the model is unchanged then
     */
    static void read(LanguageModel adapted, Path directory) {
        Path file = directory.resolve(CheckpointLayout.ADAPTER);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            Map<String, int[]> shapes = new LinkedHashMap<>();
            List<String> others = new ArrayList<>();
            for (String name : reader.names()) {
                TensorInfo info = reader.info(name);
                shapes.put(name, info.shape());
                if (!info.dtype().isFloat()) {
                    others.add(info.toString());
                }
            }
            List<String> wrong = Peft.mismatches(adapted, shapes);
            if (!others.isEmpty()) {
                wrong.add("not of type F32, F16, BF16 or F64: " + String.join(", ", others));
            }
            if (!wrong.isEmpty()) {
                throw CheckpointException.userError(file + ": the adapter does not fit the model; "
                        + String.join("; ", wrong) + "; give the model that it was trained on");
            }
            Peft.load(adapted, reader.names(), name -> reader.read(name).data());
        }
    }
}
