package inkhorn.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Hashes;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The list of a checkpoint's files with their sizes and SHA-256.
 *
 * <p>{@code manifest.json} ends with the SHA-256 of everything that stands before that last member, so that a flipped
 * bit in the manifest itself is found too. Later versions of the format keep this ending: only so can a program tell a
 * newer manifest from a damaged one.
 */
record CheckpointManifest(long step, Map<String, Entry> files) {
    static final int VERSION = 1;

    private static final String FORMAT = "inkhorn-checkpoint";
    private static final String SEAL = ",\n  \"sha256\" : \"";
    private static final String END = "\"\n}\n";
    private static final int SEAL_LENGTH = SEAL.length() + 64 + END.length();

    /** Size in bytes and SHA-256 in lower-case hex. */
    record Entry(long size, String sha256) {
        static Entry of(Path file) throws IOException {
            return new Entry(Files.size(file), Hashes.sha256(file));
        }
    }

    /** What keeps a directory from being a whole checkpoint, in a few words that name the file. */
    static final class Damaged extends Exception {
        Damaged(String message) {
            super(message);
        }
    }

    static CheckpointManifest of(long step, List<Path> files) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Path file : files) {
            entries.put(file.getFileName().toString(), Entry.of(file));
        }
        return new CheckpointManifest(step, entries);
    }

    String text() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("format", FORMAT);
        json.put("version", VERSION);
        json.put("step", step);
        ObjectNode list = json.putObject("files");
        files.forEach((name, entry) -> list.putObject(name).put("size", entry.size()).put("sha256", entry.sha256()));
        return sealed(json);
    }

    static String sealed(ObjectNode json) {
        String text = Json.indented(json);
        String body = text.substring(0, text.length() - "\n}\n".length());
        return body + SEAL + hash(body) + END;
    }

    /**
     * Reads a directory's manifest and compares every file with it.
     *
     * @throws Damaged             where the checkpoint is unfinished or damaged
     * @throws CheckpointException where a later version of the format wrote it
     */
    static CheckpointManifest verify(Path directory) throws Damaged {
        CheckpointManifest manifest = read(directory.resolve(CheckpointLayout.MANIFEST));
        for (String name : CheckpointLayout.ALWAYS.stream().sorted().toList()) {
            if (!manifest.files.containsKey(name)) {
                throw new Damaged("manifest.json does not list " + name);
            }
        }
        if (CheckpointLayout.WEIGHTS.stream().noneMatch(manifest.files::containsKey)) {
            throw new Damaged("manifest.json does not list " + CheckpointLayout.MODEL);
        }
        for (Map.Entry<String, Entry> file : manifest.files.entrySet()) {
            check(directory, file.getKey(), file.getValue());
        }
        return manifest;
    }

    private static void check(Path directory, String name, Entry wanted) throws Damaged {
        Path file = directory.resolve(name);
        // A fifo or a device by that name would block the reader.
        if (!Files.isRegularFile(file)) {
            throw new Damaged(name + " is missing");
        }
        try {
            long size = Files.size(file);
            if (size != wanted.size()) {
                throw new Damaged(name + " has " + size + " bytes instead of " + wanted.size());
            }
            if (!Hashes.sha256(file).equals(wanted.sha256())) {
                throw new Damaged(name + " does not match its SHA-256");
            }
        } catch (IOException e) {
            throw new Damaged(name + " cannot be read: " + CheckpointException.reason(e));
        }
    }

    private static CheckpointManifest read(Path file) throws Damaged {
        if (!Files.isRegularFile(file)) {
            throw new Damaged("manifest.json is missing");
        }
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new Damaged("manifest.json cannot be read: " + CheckpointException.reason(e));
        }
        String body = text.substring(0, Math.max(0, text.length() - SEAL_LENGTH));
        if (!text.equals(body + SEAL + hash(body) + END)) {
            throw new Damaged("manifest.json does not match its SHA-256");
        }
        ObjectNode json = JsonFile.parse(text, file);
        int version = json.path("version").asInt();
        if (!json.path("format").asText().equals(FORMAT) || version < 1) {
            throw new Damaged("manifest.json is not of an Inkhorn checkpoint");
        }
        if (version > VERSION) {
            throw CheckpointException.userError(file + ": version " + version
                    + " of the checkpoint format, this program reads up to " + VERSION + "; use a newer Inkhorn");
        }
        Map<String, Entry> files = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json.path("files").properties()) {
            requirePlainName(entry.getKey());
            files.put(entry.getKey(),
                    new Entry(entry.getValue().path("size").asLong(), entry.getValue().path("sha256").asText()));
        }
        return new CheckpointManifest(json.path("step").asLong(), files);
    }

    private static void requirePlainName(String name) throws Damaged {
        // A manifest that someone else made must not lead out of its directory.
        if (!isPlainName(name)) {
            throw new Damaged("manifest.json lists " + CheckpointException.quote(name) + ", not a plain file name");
        }
    }

    /** Whether a name stands for a visible file in the same directory, on every platform. */
    static boolean isPlainName(String name) {
        return name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*");
    }

    private static String hash(String text) {
        return Hashes.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
