package inkhorn.exchange;

import inkhorn.checkpoint.BinaryOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A value of a GGUF file's metadata, as ggml/docs/gguf.md defines it: a number that says its type, then the value. Only
 * the types that a GPT-2 needs.
 *
 * @param type    written in front of it
 * @param content writes the value without its type
 */
record GgufValue(GgufType type, Content content) {
    /** Bytes to come. */
    @FunctionalInterface
    interface Content {
        void write(BinaryOutput out) throws IOException;
    }

    /** A whole number that is not negative. */
    static GgufValue uint32(int value) {
        return new GgufValue(GgufType.UINT32, out -> out.writeInt(value));
    }

    static GgufValue float32(float value) {
        return new GgufValue(GgufType.FLOAT32, out -> out.writeFloat(value));
    }

    static GgufValue bool(boolean value) {
        return new GgufValue(GgufType.BOOL, out -> out.writeByte(value ? 1 : 0));
    }

    /** Its length in bytes, then UTF-8. */
    static GgufValue text(String value) {
        return new GgufValue(GgufType.STRING, out -> writeText(value, out));
    }

    static GgufValue texts(List<String> values) {
        return array(GgufType.STRING, values, GgufValue::writeText);
    }

    static GgufValue ints(List<Integer> values) {
        return array(GgufType.INT32, values, (value, out) -> out.writeInt(value));
    }

    private interface ElementWriter<T> {
        void write(T value, BinaryOutput out) throws IOException;
    }

    /** The type of the elements, their number, the elements. */
    private static <T> GgufValue array(GgufType elementType, List<T> values, ElementWriter<T> writer) {
        return new GgufValue(GgufType.ARRAY, out -> {
            out.writeInt(elementType.number());
            out.writeLong(values.size());
            for (T value : values) {
                writer.write(value, out);
            }
        });
    }

    static void writeText(String text, BinaryOutput out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeLong(bytes.length);
        out.writeBytes(bytes);
    }

    /** Writes the value without its type. */
    void write(BinaryOutput out) throws IOException {
        content.write(out);
    }
}
