package inkhorn.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model that an adapter was trained on, as the {@code config.json} beside the adapter says under {@value #KEY}. It
 * is not saved with the adapter.
 *
 * @param path   the checkpoint's directory, as it was found
 * @param sha256 of its weights
 */
public record AdapterBase(String path, String sha256) {
    private static final String KEY = "inkhorn_base";
    private static final int SHOWN = 12;

    /** A checkpoint that is adapted. */
    public static AdapterBase ofModel(Checkpoint base) {
        return new AdapterBase(base.directory().toString(), sha256(base));
    }

    private static String sha256(Checkpoint base) {
        try (WeightFiles weights = base.openModel()) {
            return weights.sha256();
        }
    }

    /** Empty where the adapter is of another program, or there is no {@code config.json}. */
    static Optional<AdapterBase> read(Path directory) {
        Path file = directory.resolve(CheckpointLayout.CONFIG);
        JsonNode base = Files.isRegularFile(file) ? JsonFile.read(file).path(KEY) : JsonFile.NOTHING;
        return base.path("sha256").isTextual()
                ? Optional.of(new AdapterBase(base.path("path").asText(), base.path("sha256").textValue()))
                : Optional.empty();
    }

    static Optional<AdapterBase> read(Checkpoint adapter) {
        return read(adapter.directory());
    }

    /** @throws CheckpointException where the adapter does not name its base */
    static AdapterBase of(Checkpoint adapter) {
        return read(adapter).orElseThrow(() -> CheckpointException.userError(adapter.directory()
                + ": holds a LoRA adapter that does not name its base; name the base, and this directory after"
                + " --adapter"));
    }

    /** Adds itself to a {@code config.json}. */
    public ObjectNode in(ObjectNode config) {
        config.putObject(KEY).put("path", path).put("sha256", sha256);
        return config;
    }

    /**
     * Opens the base.
     *
     * @throws CheckpointException (the user's error) where it is missing, or another model is in its place
     */
    Checkpoint open() {
        if (!Files.isDirectory(Path.of(path))) {
            throw CheckpointException.userError(path + ": no such directory, the base of the adapter (sha256 "
                    + shown(sha256) + "); put it there, or name it where it is and the adapter after --adapter");
        }
        Checkpoint base = Checkpoint.open(Path.of(path));
        requireIs(base);
        return base;
    }

    /** @throws CheckpointException (the user's error) where the weights of a checkpoint are not those of the base */
    public void requireIs(Checkpoint base) {
        String found = sha256(base);
        if (!found.equals(sha256)) {
            throw CheckpointException.userError(base.directory() + ": has other weights (sha256 " + shown(found)
                    + ") than the base that the adapter was trained on (" + path + ", sha256 " + shown(sha256)
                    + "); give that one");
        }
    }

    /** @throws CheckpointException (the user's error) where an adapter's checkpoint names another base */
    public void requireSame(Checkpoint adapter) {
        AdapterBase saved = of(adapter);
        if (!saved.sha256.equals(sha256)) {
            throw CheckpointException.userError(path + ": has other weights (sha256 " + shown(sha256) + ") than the"
                    + " base of " + adapter.directory() + " (" + saved.path + ", sha256 " + shown(saved.sha256)
                    + "); set model.init_from to that one");
        }
    }

    private static String shown(String hash) {
        return hash.substring(0, Math.min(SHOWN, hash.length()));
    }
}
