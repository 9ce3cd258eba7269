package inkhorn.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Position;
import inkhorn.nn.StateDict;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of damaged and lying files: each is refused in the user's terms, or holds exactly what is loaded from it.
 * None costs more memory than a few times its size, or more than a moment. The same for a hundred thousand headers and
 * ten thousand of each JSON file and binary header, which takes a few minutes:
 *
 * <pre>mvn -pl train -am test -Dtest=MutatedFilesTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dinkhorn.fuzz.headers=100000 -Dinkhorn.fuzz.json=10000 -Dinkhorn.fuzz.binary=10000</pre>
 */
class MutatedFilesTest {

    private static final int HEADERS = Integer.getInteger("inkhorn.fuzz.headers", 2000);
    private static final int JSON = Integer.getInteger("inkhorn.fuzz.json", 250);
    private static final int BINARY = Integer.getInteger("inkhorn.fuzz.binary", 500);
    private static final ModelImport.Choices AS_IT_IS =
            new ModelImport.Choices(OptionalDouble.empty(), OptionalInt.empty());
    private static final String TEXT = "hel hel he is thirty-two, said the clerk; 12 + 20\n";
    private static final SyntheticGpt2 MODEL = SyntheticGpt2.SMALL;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final Pattern LONG_CONTEXT = Pattern.compile("max_position_embeddings\" ?: ?[\\d.eE+]{5,8}\\D");

    @TempDir
    Path root;
    private Path directory;
    private int loaded;

    @BeforeEach
    void write() throws IOException {
        directory = root.resolve("gpt2");
        MODEL.write(directory);
        // Classes are loaded before memory is counted.
        model();
    }

    @Test
    void aSafetensorsHeader() throws IOException {
        Path file = directory.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        byte[] header = Arrays.copyOfRange(whole, 8, 8 + length);
        Mutations mutations = new Mutations(1);
        for (int trial = 0; trial < HEADERS; trial++) {
            byte[] lying = mutations.of(header);
            int data = whole.length - 8 - length + (mutations.below(20) == 0 ? mutations.below(9) - 4 : 0);
            long said = mutations.below(10) > 0 ? lying.length : List.of(0L, -1L, lying.length - 1L, lying.length + 1L,
                    1L << 31, 1L << 40, Long.MAX_VALUE, 100_000_000L).get(mutations.below(8));
            ByteBuffer bytes = ByteBuffer.allocate(8 + lying.length + data).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(said).put(lying).put(whole, 8 + length, Math.min(data, whole.length - 8 - length));
            Files.write(file, bytes.array());
            LanguageModel model = attempt(trial, bytes.capacity(), this::model);
            if (model != null) {
                assertHolds(trial, bytes.array(), model);
            }
        }
        assertThat(loaded).as("harmless mutations").isBetween(HEADERS / 1000, HEADERS / 2);
    }

    @Test
    void aConfig() throws IOException {
        byte[] good = MODEL.config().getBytes(StandardCharsets.UTF_8);
        eachMutation("config.json", good, 2, () -> {
            LanguageModel model = model();
            StateDict.of(model).forEach((name, tensor) -> assertValues(name, tensor));
            assertThat(model.vocabSize()).isEqualTo(MODEL.rows());
            assertThat(model.blockSize()).isEqualTo(MODEL.positions());
            return model;
        });
    }

    /** No tensor says how long its context is: a longer one takes memory for its angles and no more. */
    @Test
    void aConfigOfALlama() throws IOException {
        Gpt model = new Gpt(GptConfig.defaults().withNLayer(2).withNHead(2).withNEmbd(8).withNInner(12)
                .withBlockSize(16).withVocabSize(300).withNorm(RowNorm.RMSNORM).withActivation(Activation.SWIGLU)
                .withPosition(Position.ROPE).withQkNorm(true).withTieWeights(false), new Rng(1));
        directory = root.resolve("llama");
        ModelFiles.save(directory, model, ModelFiles.configJson(model), Map.of());
        String file = "config.json";
        eachMutation(file, Files.readAllBytes(directory.resolve(file)), 7, () -> {
            String config = Files.readString(directory.resolve(file), StandardCharsets.ISO_8859_1);
            if (LONG_CONTEXT.matcher(config).find()) {
                return null;
            }
            LanguageModel found = model();
            StateDict.of(model).forEach((name, tensor) ->
                    assertThat(StateDict.of(found).get(name).data()).as(name).containsExactly(tensor.data()));
            return found;
        });
        assertThat(loaded).as("harmless mutations").isBetween(JSON / 100, JSON - JSON / 4);
    }

    @Test
    void anIndexOfSeveralFiles() throws IOException {
        Files.delete(directory.resolve("model.safetensors"));
        MODEL.withShards(3).write(directory);
        String name = "model.safetensors.index.json";
        eachMutation(name, Files.readAllBytes(directory.resolve(name)), 3, () -> {
            LanguageModel model = model();
            StateDict.of(model).forEach((tensor, value) -> assertValues(tensor, value));
            return model;
        });
    }

    @Test
    void aTokenizer() throws IOException {
        byte[] good = BpeTokenizer.train(List.of(TEXT.repeat(20)), 300, 1).toBytes();
        eachMutation("tokenizer.json", good, 4, this::tokenizer);
    }

    @Test
    void aVocabularyAndItsMerges() throws IOException {
        JsonNode model = new ObjectMapper()
                .readTree(BpeTokenizer.train(List.of(TEXT.repeat(20)), 300, 1).toBytes()).get("model");
        StringBuilder lines = new StringBuilder("#version: 0.2\n");
        model.get("merges").forEach(merge -> lines.append(merge.asText()).append('\n'));
        byte[] merges = lines.toString().getBytes(StandardCharsets.UTF_8);
        byte[] vocab = model.get("vocab").toString().getBytes(StandardCharsets.UTF_8);
        Files.write(directory.resolve("merges.txt"), merges);
        eachMutation("vocab.json", vocab, 5, this::tokenizer);
        Files.write(directory.resolve("vocab.json"), vocab);
        eachMutation("merges.txt", merges, 6, this::tokenizer);
    }

    /** What is loaded holds the numbers of the file, at the places that an independent reader finds them at. */
    @Test
    void ggufHeadersAndTheirTokenizer() throws IOException {
        Path path = directory.resolve("m.gguf");
        SyntheticGguf gguf = new SyntheticGguf();
        for (boolean hasTokenizer : new boolean[] {false, true}) {
            if (hasTokenizer) {
                gguf.addTokenizer(BpeTokenizer.train(List.of(TEXT.repeat(20)), 300, 1));
            }
            byte[] good = gguf.bytes();
            BinaryMutations mutations = new BinaryMutations(7, gguf.headerLength);
            int before = loaded;
            for (int trial = 0; trial < BINARY / 2; trial++) {
                byte[] lying = mutations.of(good);
                Files.write(path, lying);
                ModelImport result = attempt(trial, lying.length, () -> imported(path));
                if (result != null) {
                    assertHolds(trial, FormatReaders.gguf(path), ModelFiles.load(Checkpoint.open(root.resolve("to"))));
                }
                clear(root.resolve("to"));
            }
            assertThat(loaded - before).as("harmless mutations").isBetween(BINARY / 200, BINARY / 3);
        }
    }

    @Test
    void llmcHeaders() throws IOException {
        Path path = directory.resolve("model.bin");
        try (Scope arrays = Scope.open()) {
            LlmcFile.FORMAT.writer().write(new ExportSource(new Gpt(GptConfig.defaults().withNLayer(2).withNHead(2)
                    .withNEmbd(8).withBlockSize(6).withVocabSize(130).withBias(true)
                    .withActivation(Activation.GELU_TANH), new Rng(1)), Optional.empty()), Dtype.F32, directory);
        }
        byte[] good = Files.readAllBytes(path);
        LlmcImport.read(path);
        BinaryMutations mutations = new BinaryMutations(8, 9 * Integer.BYTES);
        for (int trial = 0; trial < BINARY; trial++) {
            byte[] lying = mutations.of(good);
            Files.write(path, lying);
            Gpt model = attempt(trial, lying.length, () -> LlmcImport.read(path));
            if (model != null) {
                int[] header = new int[256];
                float[] all = FormatReaders.llmc(path, header[1] == 5 ? "BF16" : "F32", header);
                int padded = header[7];
                assertThat(model.gptConfig().nHead()).as("trial %d", trial).isEqualTo(header[5]);
                assertThat(model.vocabSize()).isEqualTo(header[3]);
                assertThat(Float.floatToRawIntBits(model.tokenTable().data()[7])).as("trial %d", trial)
                        .isEqualTo(Float.floatToRawIntBits(all[7]));
                float[] positions = StateDict.of(model).get("transformer.wpe.weight").data();
                assertThat(positions).as("trial %d", trial).containsExactly(Arrays.copyOfRange(all,
                        padded * header[6], padded * header[6] + positions.length));
            }
        }
        assertThat(loaded).as("harmless mutations").isBetween(BINARY / 100, BINARY / 2);
    }

    private ModelImport imported(Path path) {
        return ModelImport.run(path, root.resolve("to"), AS_IT_IS);
    }

    private static void clear(Path to) throws IOException {
        if (Files.exists(to)) {
            try (Stream<Path> files = Files.list(to)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(to);
        }
    }

    private static void assertHolds(int trial, FormatReaders.Gguf file, LanguageModel model) {
        StateDict.of(model).forEach((name, tensor) -> {
            FormatReaders.StoredTensor stored = file.tensors().get(GgufNames.ofHuggingFace(name));
            int[] shape = tensor.shape().dims();
            boolean isTransposed = shape.length == 2 && name.contains(".h.");
            for (int i = 0; i < tensor.size(); i++) {
                int at = isTransposed ? i % shape[1] * shape[0] + i / shape[1] : i;
                if (Float.floatToRawIntBits(tensor.data()[i]) != Float.floatToRawIntBits(stored.values()[at])) {
                    throw new AssertionError("trial " + trial + ": " + name + " at " + i);
                }
            }
        });
    }

    private void eachMutation(String name, byte[] good, long seed, Callable<?> load) throws IOException {
        Mutations mutations = new Mutations(seed);
        for (int trial = 0; trial < JSON; trial++) {
            byte[] mutated = mutations.of(good);
            Files.write(directory.resolve(name), mutated);
            attempt(trial, mutated.length, load);
        }
    }

    private LanguageModel model() {
        return ModelFiles.load(Checkpoint.open(directory));
    }

    /** One that can be read can be used: every text comes back, and ids are those of the vocabulary. */
    private Tokenizer tokenizer() {
        Tokenizer tokenizer = Tokenizers.load(Tokenizers.find(directory).orElseThrow());
        int[] ids = tokenizer.encode(TEXT);
        assertThat(tokenizer.decode(ids)).isEqualTo(TEXT);
        assertThat(Arrays.stream(ids).max().orElseThrow()).isLessThan(tokenizer.vocabSize());
        return tokenizer;
    }

    /** @return null where the file was refused */
    private <T> T attempt(int trial, long size, Callable<T> load) {
        long began = System.nanoTime();
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        T result = null;
        try {
            result = load.call();
            loaded++;
        } catch (CheckpointException e) {
            assertThat(e.isUserError()).as("trial %d: %s", trial, e.getMessage()).isTrue();
            assertThat(e.getMessage()).doesNotContain("\n");
        } catch (DataException e) {
            assertThat(e.getMessage()).isNotBlank();
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError("trial " + trial, e);
        }
        // Buffers of the JSON parser and the model itself are a constant; a lie about sizes would cost gigabytes.
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - allocated).as("trial %d: bytes", trial)
                .isLessThan(100 * size + (8 << 20));
        assertThat((System.nanoTime() - began) / 1_000_000).as("trial %d: ms", trial).isLessThan(5000);
        return result;
    }

    private static void assertValues(String name, Tensor tensor) {
        String bare = name.replace("transformer.", "");
        for (int i = 0; i < tensor.size(); i++) {
            if (tensor.data()[i] != SyntheticGpt2.value(bare, i)) {
                throw new AssertionError(name + " at " + i);
            }
        }
    }

    /** Reads the header by the format's definition once more, and compares each weight with its bytes. */
    private static void assertHolds(int trial, byte[] file, LanguageModel model) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong(0);
        JsonNode header = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(new String(file, 8, length, StandardCharsets.UTF_8));
        List<long[]> spans = new ArrayList<>();
        Map<String, JsonNode> tensors = new HashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> all = header.fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> each = all.next();
            if (!each.getKey().equals("__metadata__")) {
                JsonNode offsets = each.getValue().get("data_offsets");
                spans.add(new long[] {offsets.get(0).asLong(), offsets.get(1).asLong()});
                assertThat(tensors.put(each.getKey().replaceFirst("^transformer\\.", ""), each.getValue())).isNull();
            }
        }
        spans.sort(Comparator.<long[]>comparingLong(span -> span[0]).thenComparingLong(span -> span[1]));
        long end = 0;
        for (long[] span : spans) {
            assertThat(span[0]).as("trial %d: no overlap and no gap", trial).isEqualTo(end);
            end = span[1];
        }
        assertThat(end).as("trial %d: no byte is left over", trial).isEqualTo(file.length - 8 - length);
        StateDict.of(model).forEach((name, tensor) -> {
            JsonNode entry = tensors.get(name.replaceFirst("^transformer\\.", ""));
            int begin = 8 + length + entry.get("data_offsets").get(0).asInt();
            String type = entry.get("dtype").asText();
            int width = type.equals("F64") ? 8 : type.equals("F32") ? 4 : 2;
            assertThat((entry.get("data_offsets").get(1).asInt() + 8 + length - begin) / width)
                    .isEqualTo(tensor.size());
            if (width == 4) {
                for (int i = 0; i < tensor.size(); i++) {
                    if (Float.floatToRawIntBits(tensor.data()[i]) != bytes.getInt(begin + 4 * i)) {
                        throw new AssertionError("trial " + trial + ": " + name + " at " + i);
                    }
                }
            }
        });
    }
}
