package inkhorn.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Small checkpoints in which every value tells its step, and safetensors files put together by hand. */
final class Fixtures {

    static final String TOKENIZER = "tokenizer.json";

    private Fixtures() {
    }

    static CheckpointContents contents(long step) {
        return contents(step, 40);
    }

    static CheckpointContents contents(long step, int width) {
        ObjectNode config = JsonNodeFactory.instance.objectNode().put("model_type", "gpt2").put("n_embd", width);
        ObjectNode trainer = JsonNodeFactory.instance.objectNode().put("step", step).put("seed", 1337);
        return new CheckpointContents(
                List.of(filled("transformer.wte.weight", step, 3, width),
                filled("transformer.ln_f.weight", step, width)),
                List.of(filled("m.transformer.wte.weight", -step, 3, width)),
                config, trainer, Map.of(TOKENIZER, file -> Files.writeString(file, "{\"step\": " + step + "}")));
    }

    static NamedTensor filled(String name, float value, int... shape) {
        float[] data = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.fill(data, value);
        return new NamedTensor(name, shape, data);
    }

    /** Asserts nothing; says at which step every part of a checkpoint was made, or fails where they differ. */
    static long onlyStepIn(Checkpoint checkpoint) {
        long step = checkpoint.step().orElseThrow();
        try (WeightFiles model = checkpoint.openModel(); SafetensorsReader optimizer =
                checkpoint.openOptimizer()) {
            boolean same = checkpoint.trainer().get("step").asLong() == step
                    && Files.readString(checkpoint.file(TOKENIZER).orElseThrow()).equals("{\"step\": " + step + "}");
            for (NamedTensor tensor : model.readAll()) {
                for (float value : tensor.data()) {
                    same &= value == step;
                }
            }
            for (NamedTensor tensor : optimizer.readAll()) {
                for (float value : tensor.data()) {
                    same &= value == -step;
                }
            }
            if (!same) {
                throw new AssertionError("parts of several steps in " + checkpoint.directory());
            }
            return step;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A safetensors file with this header and data, whatever they say. */
    static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return file(json.length, json, data);
    }

    static byte[] file(long headerLength, byte[] header, byte[] data) {
        return ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength).put(header).put(data).array();
    }

    static void flipBit(Path file, long position, int bit) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) position] ^= (byte) (1 << bit);
        Files.write(file, bytes);
    }

    /** Another JVM with this one's class path. */
    static Process fork(Class<?> main, Object... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, "-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
