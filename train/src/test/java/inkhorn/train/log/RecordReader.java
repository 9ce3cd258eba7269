package inkhorn.train.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads event files after TensorFlow's description of the format and protocol buffers' of theirs, with nothing of the
 * code that writes them: its CRC is computed bit by bit.
 */
final class RecordReader {

    /** Castagnoli's polynomial, its bits reversed. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private RecordReader() {
    }

    /** A message: the values of each field, in their order; numbers as Long, Double or Float, all else as bytes. */
    record Message(Map<Integer, List<Object>> fields) {

        static Message of(byte[] bytes) {
            Map<Integer, List<Object>> fields = new LinkedHashMap<>();
            ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            while (in.hasRemaining()) {
                long key = varint(in);
                Object value = switch ((int) (key & 7)) {
                    case 0 -> varint(in);
                    case 1 -> in.getDouble();
                    case 2 -> {
                        byte[] content = new byte[(int) varint(in)];
                        in.get(content);
                        yield content;
                    }
                    case 5 -> in.getFloat();
                    default -> throw new AssertionError("wire type " + (key & 7));
                };
                fields.computeIfAbsent((int) (key >>> 3), field -> new ArrayList<>()).add(value);
            }
            return new Message(fields);
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; shift < 70; shift += 7) {
                byte next = in.get();
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new AssertionError("a varint of more than ten bytes");
        }

        boolean has(int field) {
            return fields.containsKey(field);
        }

        long whole(int field) {
            return has(field) ? (long) fields.get(field).get(0) : 0;
        }

        float single(int field) {
            return (float) fields.get(field).get(0);
        }

        double decimal(int field) {
            return (double) fields.get(field).get(0);
        }

        String text(int field) {
            return new String((byte[]) fields.get(field).get(0), StandardCharsets.UTF_8);
        }

        Message message(int field) {
            return messages(field).get(0);
        }

        List<Message> messages(int field) {
            return fields.getOrDefault(field, List.of()).stream().map(bytes -> of((byte[]) bytes)).toList();
        }
    }

    /** The events of a file, each with its CRCs right. */
    static List<Message> events(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Message> events = new ArrayList<>();
        while (in.hasRemaining()) {
            int start = in.position();
            long length = in.getLong();
            assertThat(unmasked(in.getInt())).as("CRC of a length").isEqualTo(crc(bytes, start, 8));
            byte[] event = new byte[(int) length];
            in.get(event);
            assertThat(unmasked(in.getInt())).as("CRC of an event").isEqualTo(crc(event, 0, event.length));
            events.add(Message.of(event));
        }
        return events;
    }

    static int crc(byte[] bytes, int from, int length) {
        int crc = ~0;
        for (int i = from; i < from + length; i++) {
            crc ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 1 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
            }
        }
        return ~crc;
    }

    private static int unmasked(int masked) {
        int rotated = masked - 0xa282ead8;
        return rotated >>> 17 | rotated << 15;
    }
}
