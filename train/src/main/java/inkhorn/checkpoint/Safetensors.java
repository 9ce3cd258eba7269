package inkhorn.checkpoint;

import inkhorn.nn.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes tensor files in the safetensors format: 8 bytes of header length (little-endian), a JSON header, then the
 * data. The same tensors in the same order give the same bytes. {@link SafetensorsReader} reads them.
 */
public final class Safetensors {
    /** The metadata without which Hugging Face's transformers refuses to load a model. */
    public static final Map<String, String> HUGGING_FACE = Map.of("format", "pt");

    /** Values that are copied at a time. */
    private static final int PART = 1 << 16;

    private Safetensors() {}

    /**
     * Writes F32 tensors in the order given, replacing the file. Not atomic: a failure leaves part of a file, which
     * {@link SafetensorsReader} refuses; {@link CheckpointStore} is there for what must survive a crash.
     *
     * @param metadata written in its iteration order; empty for none
     * @param sync     whether to wait until the bytes are on the disk
     * @throws CheckpointException      where writing fails
     * @throws IllegalArgumentException where two tensors have one name
     */
    public static void write(Path file, List<NamedTensor> tensors, Map<String, String> metadata, boolean sync) {
        try {
            writeUnchecked(file, tensors, metadata, Dtype.F32, sync);
        } catch (IOException e) {
            throw CheckpointException.runFailure(file + ": cannot be written (" + CheckpointException.reason(e)
                    + "); check free space and permissions", e);
        }
    }

    /** Reads every tensor of a file; {@link SafetensorsReader} says what is thrown. */
    public static List<NamedTensor> readAll(Path file) {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            return reader.readAll();
        }
    }

    /**
     * As {@link #write}, in a type of choice.
     *
     * @param dtype of all tensors: F32, F16 or BF16
     * @throws IOException where writing fails
     */
    public static void writeUnchecked(Path file, List<NamedTensor> tensors, Map<String, String> metadata, Dtype dtype,
            boolean sync) throws IOException {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        for (NamedTensor tensor : tensors) {
            if (shapes.put(tensor.name(), tensor.shape()) != null) {
                throw new IllegalArgumentException("two tensors are named " + tensor.name());
            }
        }
        try (BinaryOutput out = BinaryOutput.create(file)) {
            out.writeBytes(SafetensorsHeader.encode(shapes, metadata, dtype));
            for (NamedTensor tensor : tensors) {
                out.writeFloats(tensor.data(), dtype);
            }
            if (sync) {
                out.sync();
            }
        }
    }

    /**
     * Writes F32 tensors that are read only now, a part at a time: none is ever held whole.
     *
     * @param tensors by name, in their order
     * @throws IOException where writing fails
     */
    static void copy(Path file, Map<String, StateDict.Stored> tensors, Map<String, String> metadata)
            throws IOException {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        tensors.forEach((name, stored) -> shapes.put(name, stored.shape()));
        float[] part = new float[PART];
        try (BinaryOutput out = BinaryOutput.create(file)) {
            out.writeBytes(SafetensorsHeader.encode(shapes, metadata, Dtype.F32));
            for (StateDict.Stored stored : tensors.values()) {
                int size = Arrays.stream(stored.shape()).reduce(1, Math::multiplyExact);
                for (int from = 0; from < size; from += PART) {
                    part = part.length == Math.min(PART, size - from) ? part : new float[Math.min(PART, size - from)];
                    stored.read(from, part);
                    out.writeFloats(part, Dtype.F32);
                }
            }
            out.sync();
        }
    }
}
