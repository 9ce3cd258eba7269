package inkhorn.train.log;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a message in the wire format of protocol buffers: a field is its number and kind, then its value. The few
 * messages of TensorBoard's files need neither a generator nor a library.
 */
final class ProtoWriter {

    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int LENGTH = 2;
    private static final int FOUR_BYTES = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A whole number, enumeration or truth value. */
    ProtoWriter whole(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    ProtoWriter decimal(int field, double value) {
        key(field, EIGHT_BYTES);
        littleEndian(Double.doubleToLongBits(value), Double.BYTES);
        return this;
    }

    ProtoWriter single(int field, float value) {
        key(field, FOUR_BYTES);
        littleEndian(Float.floatToIntBits(value), Float.BYTES);
        return this;
    }

    ProtoWriter text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtoWriter message(int field, ProtoWriter value) {
        return bytes(field, value.toBytes());
    }

    ProtoWriter bytes(int field, byte[] value) {
        key(field, LENGTH);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private void key(int field, int kind) {
        varint((long) field << 3 | kind);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private void littleEndian(long bits, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (bits >>> 8 * i));
        }
    }
}
