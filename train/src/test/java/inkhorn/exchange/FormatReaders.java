package inkhorn.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
 * A second reader of the formats, written from their definitions: safetensors (github.com/huggingface/safetensors),
 * GGUF (ggml/docs/gguf.md) and llm.c's (gpt2_build_from_checkpoint in train_gpt2.c). It shares nothing with the
 * writers.
 */
final class FormatReaders {

    private FormatReaders() {
    }

    /** A tensor, its shape as the format has it. */
    record StoredTensor(List<Long> shape, String type, float[] values) {
    }

    /** What a GGUF file holds. */
    record Gguf(Map<String, Object> metadata, Map<String, StoredTensor> tensors) {
    }

    static Map<String, StoredTensor> safetensors(Path file) throws IOException {
        ByteBuffer bytes = bytes(file);
        byte[] header = new byte[Math.toIntExact(bytes.getLong())];
        bytes.get(header);
        int start = bytes.position();
        JsonNode json = new ObjectMapper().readTree(new String(header, StandardCharsets.UTF_8));
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        json.fields().forEachRemaining(each -> {
            if (!each.getKey().equals("__metadata__")) {
                List<Long> shape = new ArrayList<>();
                each.getValue().get("shape").forEach(size -> shape.add(size.longValue()));
                String type = each.getValue().get("dtype").textValue();
                JsonNode offsets = each.getValue().get("data_offsets");
                float[] values = values(bytes, start + offsets.get(0).intValue(), product(shape), type);
                tensors.put(each.getKey(), new StoredTensor(shape, type, values));
            }
        });
        return tensors;
    }

    static Gguf gguf(Path file) throws IOException {
        ByteBuffer in = bytes(file);
        byte[] magic = new byte[4];
        in.get(magic);
        int version = in.getInt();
        if (!new String(magic, StandardCharsets.US_ASCII).equals("GGUF") || version != 3 && version != 2) {
            throw new IOException("no GGUF of version 2 or 3");
        }
        long tensorCount = in.getLong();
        long keys = in.getLong();
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (long i = 0; i < keys; i++) {
            metadata.put(text(in), value(in, in.getInt()));
        }
        record Info(String name, List<Long> shape, int type, long offset) {
        }

        List<Info> infos = new ArrayList<>();
        for (long i = 0; i < tensorCount; i++) {
            String name = text(in);
            List<Long> shape = new ArrayList<>();
            for (int axes = in.getInt(); axes > 0; axes--) {
                shape.add(in.getLong());
            }
            infos.add(new Info(name, shape, in.getInt(), in.getLong()));
        }
        int start = (in.position() + 31) / 32 * 32;
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Info info : infos) {
            if (info.offset() % 32 != 0) {
                throw new IOException(info.name() + " is not aligned");
            }
            String type = Map.of(0, "F32", 1, "F16", 30, "BF16").get(info.type());
            tensors.put(info.name(), new StoredTensor(info.shape(), type,
                    values(in, Math.toIntExact(start + info.offset()), product(info.shape()), type)));
        }
        return new Gguf(metadata, tensors);
    }

    /** The 256 ints of a header, and all parameters in the order of the file. */
    static float[] llmc(Path file, String type, int[] header) throws IOException {
        ByteBuffer in = bytes(file);
        for (int i = 0; i < header.length; i++) {
            header[i] = in.getInt();
        }
        return values(in, in.position(), in.remaining() / (type.equals("F32") ? 4 : 2), type);
    }

    private static ByteBuffer bytes(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int product(List<Long> shape) {
        return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    }

    private static float[] values(ByteBuffer in, int at, int count, String type) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (type) {
                case "F32" -> in.getFloat(at + 4 * i);
                case "BF16" -> Float.intBitsToFloat(in.getShort(at + 2 * i) << 16);
                default -> half(in.getShort(at + 2 * i));
            };
        }
        return values;
    }

    private static float half(short bits) {
        int exponent = bits >> 10 & 31;
        double magnitude = exponent == 0 ? Math.scalb((double) (bits & 1023), -24)
                : Math.scalb(1024.0 + (bits & 1023), exponent - 25);
        return (float) (bits < 0 ? -magnitude : magnitude);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[Math.toIntExact(in.getLong())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Object value(ByteBuffer in, int type) throws IOException {
        return switch (type) {
            case 0, 1 -> in.get();
            case 2, 3 -> in.getShort();
            case 4, 5 -> in.getInt();
            case 10, 11 -> in.getLong();
            case 12 -> in.getDouble();
            case 6 -> in.getFloat();
            case 7 -> in.get() != 0;
            case 8 -> text(in);
            case 9 -> {
                int of = in.getInt();
                List<Object> values = new ArrayList<>();
                for (long left = in.getLong(); left > 0; left--) {
                    values.add(value(in, of));
                }
                yield values;
            }
            default -> throw new IOException("metadata of type " + type);
        };
    }
}
