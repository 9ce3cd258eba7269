package inkhorn.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.data.files.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that hold one JSON object; {@link Json} is how it is written. */
public final class JsonFile {
    /** A thousand times what a config.json or a trainer.json has. */
    private static final int MOST_BYTES = 16 << 20;

    /** What is there where a file is not. */
    static final JsonNode NOTHING = MissingNode.getInstance();

    private JsonFile() {}

    /** Writes the object, replacing the file; not atomic. */
    public static void write(Path file, ObjectNode object) throws IOException {
        Files.writeString(file, Json.indented(object));
    }

    /** @throws CheckpointException where the file cannot be read or holds no JSON object */
    public static ObjectNode read(Path file) {
        try {
            byte[] bytes = RegularFile.read(file, MOST_BYTES);
            return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), file);
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    static ObjectNode parse(String text, Path file) {
        try {
            JsonNode node = Json.WITHOUT_DUPLICATES.readTree(text);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw CheckpointException.userError(file + ": is not a JSON object; copy or download the file again");
        } catch (JsonProcessingException e) {
            String line = e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
            throw CheckpointException.userError(file + ": is not JSON" + line + " (" + e.getOriginalMessage()
                    + "); copy or download the file again", e);
        }
    }
}
