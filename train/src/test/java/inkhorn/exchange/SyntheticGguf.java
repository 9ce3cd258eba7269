package inkhorn.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.data.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
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
 * Writes a GGUF file of the weights of {@link SyntheticGpt2#SMALL}, from the definition of the format
 * (ggml/docs/gguf.md) and with none of Inkhorn's classes but a tokenizer. What it holds can be changed before it is
 * written.
 */
final class SyntheticGguf {
    private static final SyntheticGpt2 MODEL = SyntheticGpt2.SMALL.withoutMasks();
    private static final Map<String, String> NAMES = Map.of("ln_1", "attn_norm", "attn.c_attn", "attn_qkv",
            "attn.c_proj", "attn_output", "ln_2", "ffn_norm", "mlp.c_fc", "ffn_up", "mlp.c_proj", "ffn_down",
            "wte", "token_embd", "wpe", "position_embd", "ln_f", "output_norm");

    int version = 3;
    int alignment = 32;
    /** Numbers, booleans, strings, lists of strings or of numbers. */
    final Map<String, Object> metadata = new LinkedHashMap<>();
    final Map<String, Stored> tensors = new LinkedHashMap<>();
    /** Bytes in front of the tensors' data: what a header is. */
    int headerLength;

    /** A tensor: its sizes, the innermost first, and its type, 0 for F32. */
    record Stored(long[] shape, int type, byte[] data) {
    }

    SyntheticGguf() {
        metadata.put("general.architecture", "gpt2");
        metadata.put("general.name", "synthetic");
        metadata.put("gpt2.block_count", MODEL.layers());
        metadata.put("gpt2.context_length", MODEL.positions());
        metadata.put("gpt2.embedding_length", MODEL.channels());
        metadata.put("gpt2.feed_forward_length", 4 * MODEL.channels());
        metadata.put("gpt2.attention.head_count", MODEL.heads());
        metadata.put("gpt2.attention.layer_norm_epsilon", 1e-5f);
        MODEL.shapes().forEach((name, shape) -> tensors.put(gguf(name), f32(shape, name)));
    }

    private static String gguf(String name) {
        String[] parts = name.startsWith("h.") ? name.split("\\.", 3) : new String[] {"", "", name};
        String module = parts[2].substring(0, parts[2].lastIndexOf('.'));
        String kind = parts[2].substring(parts[2].lastIndexOf('.'));
        return (parts[0].isEmpty() ? "" : "blk." + parts[1] + ".") + NAMES.get(module) + kind;
    }

    private static Stored f32(int[] shape, String name) {
        boolean isTransposed = shape.length == 2 && name.startsWith("h.");
        ByteBuffer data = ByteBuffer.allocate(4 * SyntheticGpt2.size(shape)).order(ByteOrder.LITTLE_ENDIAN);
        if (!isTransposed) {
            for (int i = 0; i < SyntheticGpt2.size(shape); i++) {
                data.putFloat(SyntheticGpt2.value(name, i));
            }
            return new Stored(shape.length == 1 ? new long[] {shape[0]} : new long[] {shape[1], shape[0]}, 0,
                    data.array());
        }
        for (int out = 0; out < shape[1]; out++) {
            for (int in = 0; in < shape[0]; in++) {
                data.putFloat(SyntheticGpt2.value(name, in * shape[1] + out));
            }
        }
        return new Stored(new long[] {shape[0], shape[1]}, 0, data.array());
    }

    /** Adds a byte-level BPE, and tokens without use up to the rows of the table. */
    void addTokenizer(Tokenizer bpe) throws IOException {
        JsonNode model = new ObjectMapper().readTree(bpe.toBytes()).get("model");
        int used = bpe.vocabSize();
        List<Integer> types = new ArrayList<>();
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < MODEL.rows(); i++) {
            types.add(i < used - 1 ? 1 : i < used ? 3 : 5);
            tokens.add("[PAD" + i + "]");
        }
        model.get("vocab").fields().forEachRemaining(each -> tokens.set(each.getValue().asInt(), each.getKey()));
        List<String> merges = new ArrayList<>();
        model.get("merges").forEach(merge -> merges.add(merge.asText()));
        metadata.put("tokenizer.ggml.model", "gpt2");
        metadata.put("tokenizer.ggml.pre", "gpt-2");
        metadata.put("tokenizer.ggml.tokens", tokens);
        metadata.put("tokenizer.ggml.token_type", types);
        metadata.put("tokenizer.ggml.merges", merges);
        metadata.put("tokenizer.ggml.eos_token_id", used - 1);
    }

    byte[] bytes() {
        Writer out = new Writer();
        out.bytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.number(4, version);
        out.number(8, tensors.size());
        out.number(8, metadata.size());
        metadata.forEach((key, value) -> {
            out.text(key);
            out.value(value);
        });
        long offset = 0;
        for (Map.Entry<String, Stored> tensor : tensors.entrySet()) {
            out.text(tensor.getKey());
            out.number(4, tensor.getValue().shape().length);
            for (long size : tensor.getValue().shape()) {
                out.number(8, size);
            }
            out.number(4, tensor.getValue().type());
            out.number(8, offset);
            offset += aligned(tensor.getValue().data().length);
        }
        headerLength = out.size();
        for (Stored tensor : tensors.values()) {
            out.align();
            out.bytes(tensor.data());
        }
        out.align();
        return out.toByteArray();
    }

    Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    private long aligned(long bytes) {
        return (bytes + alignment - 1) / alignment * alignment;
    }

    private final class Writer extends ByteArrayOutputStream {
        void number(int width, long value) {
            for (int i = 0; i < width; i++) {
                write((int) (value >> 8 * i));
            }
        }

        void bytes(byte[] bytes) {
            writeBytes(bytes);
        }

        void text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            number(8, utf8.length);
            bytes(utf8);
        }

        void align() {
            while (size() % alignment != 0) {
                write(0);
            }
        }

        void value(Object value) {
            if (value instanceof List<?> list) {
                number(4, 9);
                number(4, type(list.get(0)));
                number(8, list.size());
                list.forEach(this::content);
            } else {
                number(4, type(value));
                content(value);
            }
        }

        private int type(Object value) {
            return value instanceof String ? 8 : value instanceof Boolean ? 7 : value instanceof Float ? 6
                    : value instanceof Long ? 10 : value instanceof Short ? 2 : 4;
        }

        private void content(Object value) {
            if (value instanceof String text) {
                text(text);
            } else if (value instanceof Boolean truth) {
                write(truth ? 1 : 0);
            } else if (value instanceof Float number) {
                number(4, Float.floatToRawIntBits(number));
            } else {
                number(value instanceof Long ? 8 : value instanceof Short ? 2 : 4, ((Number) value).longValue());
            }
        }
    }
}
