package inkhorn.exchange;

import inkhorn.checkpoint.BinaryOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A value of a GGUF file's metadata, as ggml/docs/gguf.md defines it: a number that says its type, then the value. Only
 * the types that a GPT-2 needs.
 */
sealed interface GgufValue {

    /** The number of its type, {@code gguf_metadata_value_type}. */
    int type();

    /** Writes the value without its type. */
    void write(BinaryOutput out) throws IOException;

    /** A whole number that is not negative. */
    record Uint32(int value) implements GgufValue {
        @Override
        public int type() {
            return 4;
        }

        @Override
        public void write(BinaryOutput out) throws IOException {
            out.writeInt(value);
        }
    }

    /** A whole number. */
    record Int32(int value) implements GgufValue {
        @Override
        public int type() {
            return 5;
        }

        @Override
        public void write(BinaryOutput out) throws IOException {
            out.writeInt(value);
        }
    }

    /** A number. */
    record Float32(float value) implements GgufValue {
        @Override
        public int type() {
            return 6;
        }

        @Override
        public void write(BinaryOutput out) throws IOException {
            out.writeFloat(value);
        }
    }

    /** True or false. */
    record Bool(boolean value) implements GgufValue {
        @Override
        public int type() {
            return 7;
        }

        @Override
        public void write(BinaryOutput out) throws IOException {
            out.writeByte(value ? 1 : 0);
        }
    }

    /** Text: its length in bytes, then UTF-8. */
    record Text(String value) implements GgufValue {
        @Override
        public int type() {
            return 8;
        }

        @Override
        public void write(BinaryOutput out) throws IOException {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            out.writeLong(bytes.length);
            out.writeBytes(bytes);
        }
    }

    /**
     * Values of one type: the type, their number, the values.
     *
     * @param of the type of the elements, which an empty list does not tell
     */
    record Array(int of, List<? extends GgufValue> values) implements GgufValue {
        static Array ofTexts(List<String> texts) {
            return new Array(8, texts.stream().map(Text::new).toList());
        }

        static Array ofInts(List<Integer> numbers) {
            return new Array(5, numbers.stream().map(Int32::new).toList());
        }

        @Override
        public int type() {
            return 9;
        }

        @Override
        public void write(BinaryOutput out) throws IOException {
            out.writeInt(of);
            out.writeLong(values.size());
            for (GgufValue value : values) {
                value.write(out);
            }
        }
    }
}
