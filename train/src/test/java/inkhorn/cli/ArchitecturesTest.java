package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.generate.CachedLogits;
import inkhorn.generate.NextLogits;
import inkhorn.generate.PlainLogits;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.config.Records;
import inkhorn.optim.Optimizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for every architecture, by each word of each key: one that is declared is tested here without being named.
 */
final class ArchitecturesTest {

    private static final String TEXT = "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40);

    @TempDir
    Path directory;

    private Program program;

    @BeforeEach
    void writeConfigAndText() throws IOException {
        program = new Program(directory.resolve("sets"));
        Files.writeString(directory.resolve("text.txt"), TEXT);
        Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 2, n_head: 2, n_embd: 20, block_size: 10, dropout: 0.1, bias: true}
                train: {max_iters: 5, batch_size: 2, eval_interval: 0, checkpoint_interval: 0}
                optim: {warmup_iters: 2, lr_decay_iters: 5}
                """);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    /** Numbers that add something to an architecture. */
    private static final List<String> NUMBERS = List.of("--model.n_kv_head=1", "--model.logit_softcap=3",
            "--model.drop_path=0.5");

    /** Each word of the keys that have words, and the other value of each switch, as an option. */
    static List<String> choices() {
        Map<String, Object> defaults = Records.values(GptConfig.defaults());
        Stream<String> words = Arrays.stream(GptConfig.class.getRecordComponents())
                .flatMap(c -> values(c.getType(), defaults.get(c.getName()))
                        .map(value -> "--model." + Records.key(c.getName()) + "=" + value));
        return Stream.concat(words, NUMBERS.stream()).toList();
    }

    private static Stream<String> values(Class<?> type, Object absent) {
        return type.isEnum() ? Arrays.stream(type.getEnumConstants()).map(word -> Records.word((Enum<?>) word))
                : absent instanceof Boolean off ? Stream.of(String.valueOf(!off)) : Stream.of();
    }

    @ParameterizedTest
    @MethodSource("choices")
    void resumesToTheBitsOfAnUndisturbedRunOnOtherThreads(String choice) {
        train("straight", choice, "--threads=2");
        train("resumed", choice, "--threads=1", "--train.max_iters=3");
        train("resumed", choice, "--threads=2", "--resume");
        for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
            assertThat(latest("resumed").resolve(file)).hasSameBinaryContentAs(latest("straight").resolve(file));
        }
    }

    @ParameterizedTest
    @MethodSource("choices")
    void isDescribedAsItIsStored(String choice) throws IOException {
        train("run", choice);
        JsonNode fromConfig = described(directory.resolve("run/config.yaml"));
        JsonNode fromCheckpoint = described(latest("run"));
        for (String part : List.of("/parameters", "/parameter_count", "/walk")) {
            assertThat(fromCheckpoint.at(part)).as(part).isEqualTo(fromConfig.at(part));
        }
        assertThat(fromConfig.at("/parameter_count").longValue()).isEqualTo(model("run").parameterCount());
    }

    @ParameterizedTest
    @EnumSource
    void theMemoryToTrainACheckpointIsThatOfItsOptimizer(Optimizers optimizer) throws IOException {
        train("run", "--optim.optimizer=" + Records.word(optimizer));
        JsonNode fromCheckpoint = described(latest("run"));
        JsonNode fromConfig = described(directory.resolve("run/config.yaml"));
        assertThat(fromCheckpoint.at("/memory_bytes")).isEqualTo(fromConfig.at("/memory_bytes"));
        assertThat(fromCheckpoint.at("/memory_bytes/moments").longValue())
                .isEqualTo(model("run").namedParameters().stream()
                        .mapToLong(p -> 4L * p.tensor().size() * optimizer.moments(p).size()).sum());
    }

    @ParameterizedTest
    @MethodSource("choices")
    void writesFromACacheWithTheBitsOfRecomputing(String choice) {
        train("run", choice);
        for (String kernels : List.of("vector", "scalar")) {
            KernelProvider.choose(kernels, 2);
            LanguageModel model = model("run");
            try (NextLogits cached = CachedLogits.of(model); NextLogits plain = new PlainLogits(model)) {
                int[][] prompts = {{3, 1, 4}, {1}, {5, 9, 2, 6, 5, 3, 5}};
                assertThat(cached.start(prompts)).isDeepEqualTo(plain.start(prompts));
                for (int t = 0; t < 2 * model.blockSize(); t++) {
                    int[] tokens = {t % 7, t % 5, t % 3};
                    assertThat(cached.next(new int[] {0, 1, 2}, tokens)).as("token %d, %s", t, kernels)
                            .isDeepEqualTo(plain.next(new int[] {0, 1, 2}, tokens));
                }
            }
        }
    }

    private void train(String run, String... more) {
        List<String> args = List.of(directory.resolve("small.yaml").toString(), "--no-probe",
                "--data.path=" + directory.resolve("text.txt"), "--run.out=" + directory.resolve(run));
        assertThat(program.run(Stream.concat(args.stream(), Arrays.stream(more)).toArray(String[]::new)))
                .as(program.err()).isZero();
    }

    private JsonNode described(Path configOrCheckpoint) throws IOException {
        program.clear();
        assertThat(program.run("describe", configOrCheckpoint.toString(), "--batch=2x4", "--json"))
                .as(program.err()).isZero();
        return new ObjectMapper().readTree(program.out());
    }

    private LanguageModel model(String run) {
        return ModelFiles.load(Checkpoint.open(latest(run)));
    }

    private Path latest(String run) {
        return directory.resolve(run).resolve("latest");
    }
}
