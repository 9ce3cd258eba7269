package inkhorn.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes a model directory as GPT-2's are published, from the definition of the format and with no class of Inkhorn's:
 * names without a prefix, causal masks, a tied head, {@code config.json} with all keys. The values are multiples of
 * 1/1024 that every type holds exactly. Also a program:
 *
 * <pre>java train/src/test/java/inkhorn/exchange/SyntheticGpt2.java DIR [SHARDS]</pre>
 *
 * <p>writes one of 124 million parameters, without a tokenizer.
 *
 * @param rows     of the token table
 * @param prefix   of the names, but for the head's
 * @param type     F32, F16 or BF16
 * @param shards   files
 * @param hasHead  whether the tied head is stored beside the table
 * @param hasMasks whether the causal masks are
 */
public record SyntheticGpt2(int layers, int heads, int channels, int positions, int rows, String prefix, String type,
                     int shards, boolean hasHead, boolean hasMasks) {

    public static final SyntheticGpt2 SMALL = new SyntheticGpt2(2, 2, 8, 16, 300, "", "F32", 1, false, true);

    public static void main(String[] args) throws IOException {
        int shards = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        new SyntheticGpt2(12, 12, 768, 1024, 50257, "", "F32", shards, false, true).write(Path.of(args[0]));
    }

    public SyntheticGpt2 withRows(int value) {
        return new SyntheticGpt2(layers, heads, channels, positions, value, prefix, type, shards, hasHead, hasMasks);
    }

    public SyntheticGpt2 withPrefix(String value) {
        return new SyntheticGpt2(layers, heads, channels, positions, rows, value, type, shards, hasHead, hasMasks);
    }

    public SyntheticGpt2 withType(String value) {
        return new SyntheticGpt2(layers, heads, channels, positions, rows, prefix, value, shards, hasHead, hasMasks);
    }

    public SyntheticGpt2 withShards(int value) {
        return new SyntheticGpt2(layers, heads, channels, positions, rows, prefix, type, value, hasHead, hasMasks);
    }

    public SyntheticGpt2 withHead() {
        return new SyntheticGpt2(layers, heads, channels, positions, rows, prefix, type, shards, true, hasMasks);
    }

    public SyntheticGpt2 withoutMasks() {
        return new SyntheticGpt2(layers, heads, channels, positions, rows, prefix, type, shards, hasHead, false);
    }

    /** Value {@code index} of a tensor, whatever the layout: {@code name} without a prefix. */
    static float value(String name, int index) {
        int hash = (name.hashCode() + index) * 0x9E3779B9;
        return ((hash >>> 16 & 0x7f) - 64) / 1024f;
    }

    /** The shape of every tensor that is stored, by its name without the prefix. */
    Map<String, int[]> shapes() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("wte.weight", new int[] {rows, channels});
        shapes.put("wpe.weight", new int[] {positions, channels});
        for (int layer = 0; layer < layers; layer++) {
            String block = "h." + layer + ".";
            vector(shapes, block + "ln_1", channels);
            if (hasMasks) {
                shapes.put(block + "attn.bias", new int[] {1, 1, positions, positions});
                shapes.put(block + "attn.masked_bias", new int[] {});
            }
            matrix(shapes, block + "attn.c_attn", channels, 3 * channels);
            matrix(shapes, block + "attn.c_proj", channels, channels);
            vector(shapes, block + "ln_2", channels);
            matrix(shapes, block + "mlp.c_fc", channels, 4 * channels);
            matrix(shapes, block + "mlp.c_proj", 4 * channels, channels);
        }
        vector(shapes, "ln_f", channels);
        if (hasHead) {
            shapes.put("lm_head.weight", new int[] {rows, channels});
        }
        return shapes;
    }

    private static void vector(Map<String, int[]> shapes, String name, int size) {
        shapes.put(name + ".weight", new int[] {size});
        shapes.put(name + ".bias", new int[] {size});
    }

    private static void matrix(Map<String, int[]> shapes, String name, int in, int out) {
        shapes.put(name + ".weight", new int[] {in, out});
        shapes.put(name + ".bias", new int[] {out});
    }

    /** {@code config.json} and the weights. */
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), config());
        Map<String, int[]> shapes = shapes();
        List<String> names = new ArrayList<>(shapes.keySet());
        StringBuilder index = new StringBuilder();
        for (int shard = 0; shard < shards; shard++) {
            String file = shards == 1 ? "model.safetensors"
                    : "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
            List<String> part = names.subList(names.size() * shard / shards, names.size() * (shard + 1) / shards);
            write(directory.resolve(file), part, shapes);
            part.forEach(name -> index.append(index.length() == 0 ? "" : ",\n")
                    .append("\"%s\": \"%s\"".formatted(stored(name), file)));
        }
        if (shards > 1) {
            Files.writeString(directory.resolve("model.safetensors.index.json"),
                    "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" + index + "}}");
        }
    }

    private String stored(String name) {
        return name.startsWith("lm_head") ? name : prefix + name;
    }

    private int bytes() {
        return type.equals("F32") ? 4 : 2;
    }

    private void write(Path file, List<String> names, Map<String, int[]> shapes) throws IOException {
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long offset = 0;
        for (String name : names) {
            long end = offset + (long) size(shapes.get(name)) * bytes();
            header.append(",\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}".formatted(stored(name),
                    type, IntStream.of(shapes.get(name)).mapToObj(String::valueOf).collect(Collectors.joining(",")),
                    offset, end));
            offset = end;
        }
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer prefixed = buffer(Long.BYTES + json.length).putLong(json.length).put(json);
            drain(prefixed, out);
            for (String name : names) {
                drain(data(name, size(shapes.get(name))), out);
            }
        }
    }

    private ByteBuffer data(String name, int size) {
        ByteBuffer data = buffer(size * bytes());
        // A tied head has the values of its table.
        String source = name.equals("lm_head.weight") ? "wte.weight" : name;
        for (int i = 0; i < size; i++) {
            float value = value(source, i);
            switch (type) {
                case "F32" -> data.putFloat(value);
                case "BF16" -> data.putShort((short) (Float.floatToRawIntBits(value) >> 16));
                default -> data.putShort(half(value));
            }
        }
        return data;
    }

    /** Of a number that a normal half holds exactly. */
    private static short half(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        return (short) (value == 0 ? sign : sign | (bits >> 23 & 0xff) - 127 + 15 << 10 | bits >> 13 & 0x3ff);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void drain(ByteBuffer bytes, FileChannel out) throws IOException {
        bytes.flip();
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    static int size(int[] shape) {
        return IntStream.of(shape).reduce(1, (a, b) -> a * b);
    }

    /** With the keys of openai-community/gpt2's, and those of its first publication. */
    String config() {
        return """
                {
                  "activation_function": "gelu_new",
                  "architectures": ["GPT2LMHeadModel"],
                  "attn_pdrop": 0.1,
                  "bos_token_id": 50256,
                  "embd_pdrop": 0.1,
                  "eos_token_id": 50256,
                  "initializer_range": 0.02,
                  "layer_norm_epsilon": 1e-05,
                  "model_type": "gpt2",
                  "n_embd": %d,
                  "n_head": %d,
                  "n_layer": %d,
                  "n_positions": %d,
                  "n_special": 0,
                  "predict_special_tokens": true,
                  "resid_pdrop": 0.1,
                  "summary_activation": null,
                  "summary_first_dropout": 0.1,
                  "summary_proj_to_labels": true,
                  "summary_type": "cls_index",
                  "summary_use_proj": true,
                  "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}},
                  "vocab_size": %d
                }
                """.formatted(channels, heads, layers, positions, rows);
    }
}
