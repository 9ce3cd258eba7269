package inkhorn.exchange;

import inkhorn.checkpoint.BinaryOutput;
import inkhorn.checkpoint.Dtype;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Writes GGUF, version 3, as ggml/docs/gguf.md defines it: header, metadata, what each tensor is, then their data, each
 * aligned to 32 bytes.
 */
final class GgufFile {
    static final int VERSION = 3;
    /** Of tensors, in bytes, where the metadata do not say another. */
    static final int ALIGNMENT = 32;
    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);

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
    }

    /** Whether a file begins as GGUF does. */
    static boolean isBeginning(byte[] bytes) {
        return bytes.length >= MAGIC.length && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
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
                out.writeInt(each.getValue().type().number());
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
            out.writeInt(GgmlType.number(tensor.type()));
            out.writeLong(offset);
            offset += (tensor.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
    }
}
