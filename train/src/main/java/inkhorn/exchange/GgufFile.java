package inkhorn.exchange;

import inkhorn.checkpoint.BinaryOutput;
import inkhorn.checkpoint.Dtype;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes GGUF, version 3, as ggml/docs/gguf.md defines it: header, metadata, what each tensor is, then their data, each
 * aligned to 32 bytes.
 */
final class GgufFile {
    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;

    private GgufFile() {}

    /**
     * A tensor.
     *
     * @param shape row-major, the innermost size last; the format has them the other way round
     * @param type  of its numbers in the file
     */
    record Entry(String name, int[] shape, float[] data, Dtype type) {
        long bytes() {
            return (long) data.length * type.bytes();
        }

        /** The number of its type, {@code ggml_type}. */
        int ggmlType() {
            return switch (type) {
                case F32 -> 0;
                case F16 -> 1;
                case BF16 -> 30;
                default -> throw new IllegalArgumentException(name + ": no tensor is written as " + type);
            };
        }
    }

    /** Writes a file and waits until it is on the disk. */
    static void write(Path file, Map<String, GgufValue> metadata, List<Entry> tensors) throws IOException {
        try (BinaryOutput out = BinaryOutput.create(file)) {
            out.writeBytes(MAGIC);
            out.writeInt(VERSION);
            out.writeLong(tensors.size());
            out.writeLong(metadata.size());
            for (Map.Entry<String, GgufValue> each : metadata.entrySet()) {
                GgufValue.writeText(each.getKey(), out);
                out.writeInt(each.getValue().type());
                each.getValue().write(out);
            }
            writeInfos(out, tensors);
            for (Entry tensor : tensors) {
                out.align(ALIGNMENT);
                out.writeFloats(tensor.data(), tensor.type());
            }
            out.align(ALIGNMENT);
            out.sync();
        }
    }

    private static void writeInfos(BinaryOutput out, List<Entry> tensors) throws IOException {
        long offset = 0;
        for (Entry tensor : tensors) {
            GgufValue.writeText(tensor.name(), out);
            out.writeInt(tensor.shape().length);
            for (int axis = tensor.shape().length - 1; axis >= 0; axis--) {
                out.writeLong(tensor.shape()[axis]);
            }
            out.writeInt(tensor.ggmlType());
            out.writeLong(offset);
            offset += (tensor.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
    }
}
