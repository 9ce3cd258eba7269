package inkhorn.exchange;

import inkhorn.checkpoint.BinaryOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A value of a GGUF file's metadata, as ggml/docs/gguf.md defines it: a number that says its type, then the value. Only
 * the types that a GPT-2 needs.
 *
 * @param type the number of its type, {@code gguf_metadata_value_type}
 * @param content writes the value without its type
 */
record GgufValue(int type, Content content) {
    private static final int INT32 = 5;
    private static final int TEXT = 8;

    /** Bytes to come. */
    @FunctionalInterface
    interface Content {
        void write(BinaryOutput out) throws IOException;
    }

    /** A whole number that is not negative. */
    static GgufValue uint32(int value) {
        return new GgufValue(4, out -> out.writeInt(value));
    }

    static GgufValue float32(float value) {
        return new GgufValue(6, out -> out.writeFloat(value));
    }

    static GgufValue bool(boolean value) {
        return new GgufValue(7, out -> out.writeByte(value ? 1 : 0));
    }

    /** Its length in bytes, then UTF-8. */
    static GgufValue text(String value) {
        return new GgufValue(TEXT, out -> writeText(value, out));
    }

    static GgufValue texts(List<String> values) {
        return array(TEXT, values, GgufValue::writeText);
    }

    static GgufValue ints(List<Integer> values) {
        return array(INT32, values, (value, out) -> out.writeInt(value));
    }

    private interface ElementWriter<T> {
        void write(T value, BinaryOutput out) throws IOException;
    }

    /** The type of the elements, their number, the elements. */
    private static <T> GgufValue array(int elementType, List<T> values, ElementWriter<T> writer) {
        return new GgufValue(9, out -> {
            out.writeInt(elementType);
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
