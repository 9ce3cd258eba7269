package inkhorn.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON objects in files: the same object gives the same bytes on every platform and JDK. */
public final class Json {

    /** A thousand times what a config.json or a trainer.json has. */
    private static final int MOST_BYTES = 16 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // Double.toString gives other digits before JDK 19 than after.
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();
    private static final DefaultIndenter INDENT = new DefaultIndenter("  ", "\n");
    private static final ObjectWriter WRITER = MAPPER.writer(
            new DefaultPrettyPrinter().withObjectIndenter(INDENT).withArrayIndenter(INDENT));

    private Json() {
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static String text(ObjectNode object) throws IOException {
        return WRITER.writeValueAsString(object) + "\n";
    }

    /** Writes {@link #text} to the file, replacing it; not atomic. */
    public static void write(Path file, ObjectNode object) throws IOException {
        Files.writeString(file, text(object));
    }

    /** @throws CheckpointException where the file cannot be read or holds no JSON object */
    public static ObjectNode read(Path file) {
        try {
            return parse(text(file), file);
        } catch (IOException e) {
            throw CheckpointException.userError(
                    file + ": cannot be read (" + CheckpointException.reason(e) + "); check the path and its permissions", e);
        }
    }

    private static String text(Path file) throws IOException {
        byte[] bytes = RegularFile.read(file, MOST_BYTES);
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    static ObjectNode parse(String text, Path file) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw CheckpointException.userError(file + ": is not a JSON object; copy or download the file again");
        } catch (JsonProcessingException e) {
            String line = e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
            throw CheckpointException.userError(
                    file + ": is not JSON" + line + " (" + e.getOriginalMessage() + "); copy or download the file again", e);
        }
    }
}
