package inkhorn.serve.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.train.log.Spent;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;

/**
 * A position in a run's {@code metrics.jsonl} that moves on as the file grows. Each record is given the tokens and the
 * seconds of training up to it.
 *
 * <p>A position is identified by its {@link #id}: the offset after a line and a checksum of the content before this
 * offset. If a resume has cut the file and the file has grown again, the id does not match.
 */
final class MetricsCursor {

    private static final int CHUNK = 1 << 20;

    private final Path file;
    private final CRC32 crc = new CRC32();
    private Object fileKey;
    private long offset;
    private Spent spent = Spent.NOTHING;

    /** A line of the file. */
    record Line(long id, ObjectNode json) {
    }

    /** At the beginning of the file, which need not exist yet. */
    MetricsCursor(Path file) {
        this.file = file;
    }

    /** The position: the offset in the upper half, the checksum in the lower. */
    long id() {
        return offset << 32 | crc.getValue();
    }

    /** Whether the file is no longer the one that was read up to here. */
    boolean isStale() throws IOException {
        if (offset == 0) {
            return false;
        }
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.size() < offset || !Objects.equals(now.fileKey(), fileKey);
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /** Reads on up to a position that was seen before; false where the file does not lead to it. */
    boolean goTo(long id) throws IOException {
        long wanted = id >>> 32;
        while (offset < wanted) {
            long before = offset;
            read(wanted - offset);
            if (offset == before) {
                return false;
            }
        }
        return id() == id;
    }

    /** The lines that follow, whole ones only; empty where there are none yet. */
    List<Line> next() throws IOException {
        return read(CHUNK);
    }

    private List<Line> read(long most) throws IOException {
        byte[] bytes = bytes(most);
        List<Line> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                crc.update(bytes, from, i + 1 - from);
                offset += i + 1 - from;
                ObjectNode json = parse(Arrays.copyOfRange(bytes, from, i));
                if (json != null) {
                    lines.add(new Line(id(), extended(json)));
                }
                from = i + 1;
            }
        }
        return lines;
    }

    /** At most so many bytes, or as many as the next line has where that is longer. */
    private byte[] bytes(long most) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            if (offset == 0) {
                fileKey = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            }
            in.seek(offset);
            long left = in.length() - offset;
            long size = Math.min(most, left);
            while (size > 0) {
                byte[] bytes = new byte[Math.toIntExact(size)];
                in.seek(offset);
                in.readFully(bytes);
                if (size == left || contains(bytes, (byte) '\n')) {
                    return bytes;
                }
                size = Math.min(2 * size, left);
            }
            return new byte[0];
        } catch (java.io.FileNotFoundException | java.io.EOFException e) {
            return new byte[0];     // not there yet, or cut just now
        }
    }

    private static boolean contains(byte[] bytes, byte wanted) {
        for (byte b : bytes) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }

    /** Null where the line is damaged. */
    private static ObjectNode parse(byte[] line) throws IOException {
        try {
            JsonNode json = Json.MAPPER.readTree(line);
            return json instanceof ObjectNode object && json.path("step").isIntegralNumber() ? object : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private ObjectNode extended(ObjectNode json) {
        long now = json.path("step").longValue();
        boolean isStep = json.path("event").asText().equals("train");
        if (isStep) {
            spent = spent.afterStep(now, json.path("step_ms").asDouble(), json.path("tokens_per_s").asDouble());
        }
        Spent then = isStep ? spent : spent.at(now);
        return json.put("tokens", Math.round(then.tokens())).put("seconds", then.seconds());
    }
}
