package inkhorn.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes tensor files in the safetensors format: 8 bytes of header length (little-endian), a JSON header, then the
 * data. The same tensors in the same order give the same bytes. {@link SafetensorsReader} reads them.
 */
public final class Safetensors {
    /** The metadata without which Hugging Face's transformers refuses to load a model. */
    public static final Map<String, String> HUGGING_FACE = Map.of("format", "pt");

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
        Set<String> names = new HashSet<>();
        for (NamedTensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors are named " + tensor.name());
            }
        }
        try (BinaryOutput out = BinaryOutput.create(file)) {
            out.writeBytes(SafetensorsHeader.encode(tensors, metadata, dtype));
            for (NamedTensor tensor : tensors) {
                out.writeFloats(tensor.data(), dtype);
            }
            if (sync) {
                out.sync();
            }
        }
    }
}
