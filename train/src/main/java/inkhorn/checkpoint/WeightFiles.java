package inkhorn.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.files.Hashes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights of a model in one safetensors file or in several: {@code model.safetensors}, or the files that
 * {@code model.safetensors.index.json} names (Hugging Face's sharded checkpoints). Where both are there, the one file
 * counts, as in transformers.
 */
public final class WeightFiles implements Closeable {
    private final Path file;
    private final List<SafetensorsReader> readers = new ArrayList<>();
    private final Map<String, SafetensorsReader> byTensor = new LinkedHashMap<>();

    private WeightFiles(Path file) {
        this.file = file;
    }

    /**
     * Opens the files and checks their headers, and the index against them.
     *
     * @throws CheckpointException as {@link SafetensorsReader#open}, and where the index and its files do not agree
     */
    static WeightFiles open(Path directory) {
        Path index = directory.resolve(CheckpointLayout.MODEL_INDEX);
        Path single = directory.resolve(CheckpointLayout.MODEL);
        boolean isSharded = !Files.exists(single) && Files.exists(index);
        WeightFiles files = new WeightFiles(isSharded ? index : single);
        boolean opened = false;
        try {
            if (isSharded) {
                files.addShards(directory);
            } else {
                files.add(single);
            }
            opened = true;
            return files;
        } finally {
            if (!opened) {
                files.close();
            }
        }
    }

    private void addShards(Path directory) {
        Map<String, String> shards = index();
        for (String shard : new LinkedHashSet<>(shards.values())) {
            add(directory.resolve(shard));
        }
        List<String> wrong = new ArrayList<>();
        shards.forEach((tensor, shard) -> {
            SafetensorsReader holder = byTensor.get(tensor);
            if (holder == null) {
                wrong.add(CheckpointException.quote(tensor) + " is in none of its files");
            } else if (!holder.file().getFileName().toString().equals(shard)) {
                wrong.add(CheckpointException.quote(tensor) + " is in " + holder.file().getFileName() + ", not in "
                        + shard);
            }
        });
        byTensor.keySet().stream().filter(tensor -> !shards.containsKey(tensor))
                .forEach(tensor -> wrong.add(CheckpointException.quote(tensor) + " is in a file but not in the index"));
        if (!wrong.isEmpty()) {
            throw damaged(String.join("; ", wrong));
        }
    }

    /** The file of each tensor. */
    private Map<String, String> index() {
        JsonNode map = JsonFile.read(file).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw damaged("has no weight_map with the file of each tensor");
        }
        Map<String, String> shards = new LinkedHashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> all = map.fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> each = all.next();
            String shard = each.getValue().asText("");
            if (!each.getValue().isTextual() || !CheckpointManifest.isPlainName(shard)) {
                throw damaged("the file of " + CheckpointException.quote(each.getKey()) + " is "
                        + CheckpointException.quote(each.getValue().toString()) + ", not the name of a file beside it");
            }
            shards.put(each.getKey(), shard);
        }
        return shards;
    }

    private void add(Path path) {
        SafetensorsReader reader = SafetensorsReader.open(path);
        readers.add(reader);
        for (String name : reader.names()) {
            if (byTensor.put(name, reader) != null) {
                throw damaged("two of its files hold " + CheckpointException.quote(name));
            }
        }
    }

    private CheckpointException damaged(String what) {
        return CheckpointException.userError(file + ": " + what + "; copy or download the model's files again");
    }

    /** {@code model.safetensors}, or the index of several files. */
    public Path file() {
        return file;
    }

    /** The SHA-256 of the file, or of those of several files one after the other. */
    String sha256() {
        try {
            StringBuilder all = new StringBuilder();
            for (SafetensorsReader reader : readers) {
                all.append(Hashes.sha256(reader.file()));
            }
            return readers.size() == 1 ? all.toString()
                    : Hashes.sha256(all.toString().getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    /** Names of the tensors, in the order of the headers. */
    public Set<String> names() {
        return Collections.unmodifiableSet(byTensor.keySet());
    }

    /** As {@link SafetensorsReader#info}. */
    public TensorInfo info(String name) {
        return holder(name).info(name);
    }

    /** As {@link SafetensorsReader#read(String)}. */
    public NamedTensor read(String name) {
        return holder(name).read(name);
    }

    /** As {@link SafetensorsReader#read(String, int, float[])}. */
    public void read(String name, int from, float[] target) {
        holder(name).read(name, from, target);
    }

    /** As {@link SafetensorsReader#readAll}. */
    public List<NamedTensor> readAll() {
        return names().stream().map(this::read).toList();
    }

    /** Which says that it has no such tensor, where no file has. */
    private SafetensorsReader holder(String name) {
        return byTensor.getOrDefault(name, readers.get(0));
    }

    @Override
    public void close() {
        readers.forEach(SafetensorsReader::close);
    }
}
