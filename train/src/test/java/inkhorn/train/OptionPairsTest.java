package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.data.prepare.PreparedData;
import inkhorn.exchange.ExportFormat;
import inkhorn.exchange.ExportSource;
import inkhorn.exchange.ModelExport;
import inkhorn.generate.CachedLogits;
import inkhorn.generate.NextLogits;
import inkhorn.generate.PlainLogits;
import inkhorn.nn.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every option beside every other, from the training to the export. A new option is a line of the list. */
final class OptionPairsTest {

    private static final List<String> OPTIONS = List.of(
            "model.norm=rmsnorm", "model.norm_position=sandwich", "model.activation=swiglu", "model.activation=relu2",
            "model.position=sinusoidal", "model.position=rope", "model.position=alibi", "model.n_kv_head=1",
            "model.qk_norm=true", "model.value_residual=true", "model.logit_softcap=3",
            "model.tie_weights=false model.head_init_std=0.5",
            "model.position=rope model.norm=rmsnorm model.activation=swiglu",
            "model.dropout=0.1", "model.drop_path=0.5",
            "train.label_smoothing=0.1", "train.z_loss=0.01", "train.freeze=transformer.wte.*",
            "train.batch_warmup_iters=15",
            "optim.optimizer=lion", "optim.optimizer=muon", "optim.schedule=wsd", "optim.ema_decay=0.9",
            "optim.groups=params=*.attn.* lr_scale=0.5 weight_decay=0.3");

    /** What must not change a bit of what is learned. */
    private static final List<String> WITHOUT_A_TRACE = List.of("train.activation_checkpointing=true");

    private static final String BASE = """
            model: {n_layer: 2, n_head: 2, n_embd: 8, block_size: 8}
            train: {max_iters: 20, batch_size: 2, eval_interval: 0, log_interval: 0, checkpoint_interval: 10}
            optim: {lr: 0.01, warmup_iters: 2}
            """;

    private static final Pattern ADVICE = Pattern.compile("train with (model\\.\\w+): (\\w+)");

    @TempDir
    private static Path directory;
    private static PreparedData data;
    private static int runs;

    @BeforeAll
    static void prepareText() {
        KernelProvider.choose("scalar", 1);
        data = ClerksText.prepare(directory);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    static List<String> pairs() {
        List<String> all = Stream.concat(OPTIONS.stream(), WITHOUT_A_TRACE.stream()).toList();
        List<String> pairs = new ArrayList<>(all);
        for (int first = 0; first < all.size(); first++) {
            for (int second = first + 1; second < all.size(); second++) {
                if (Collections.disjoint(keys(all.get(first)), keys(all.get(second)))) {
                    pairs.add(all.get(first) + " " + all.get(second));
                }
            }
        }
        return pairs;
    }

    private static Set<String> keys(String options) {
        return values(options).keySet();
    }

    private static Map<String, String> values(String options) {
        Map<String, String> values = new HashMap<>();
        for (String option : options.split(" (?=[a-z]+\\.)")) {
            values.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        }
        return values;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void trainsResumesWritesAndIsExportedOrRefused(String options) throws IOException {
        RunConfig config = config(options);
        Path latest = config.run().directory().resolve("latest");
        train(config, Optional.empty());
        List<byte[]> straight = learned(latest);
        train(config, Optional.of("step-00000010"));
        assertThat(learned(latest)).as("resumed").usingElementComparator(Arrays::compare).isEqualTo(straight);
        LanguageModel model = ModelFiles.load(Checkpoint.open(latest));
        writesWithTheBitsOfRecomputing(model);
        for (ExportFormat format : ExportFormat.all()) {
            assertIsExportedOrRefused(format, latest, config.run().directory().resolve(format.name()), options);
        }
    }

    @Test
    void eachOptionByItselfChangesWhatIsLearnedAndTheOthersDoNot() throws IOException {
        List<List<Byte>> found = new ArrayList<>(List.of(learnedWith("run.seed=1337")));
        for (String option : WITHOUT_A_TRACE) {
            assertThat(learnedWith(option)).as(option).isEqualTo(found.get(0));
        }
        for (String option : OPTIONS) {
            found.add(learnedWith(option));
        }
        assertThat(new HashSet<>(found)).hasSameSizeAs(found);
    }

    private static List<Byte> learnedWith(String options) throws IOException {
        RunConfig config = config(options);
        train(config, Optional.empty());
        List<Byte> bytes = new ArrayList<>();
        for (byte one : learned(config.run().directory().resolve("latest")).get(0)) {
            bytes.add(one);
        }
        return bytes;
    }

    private static RunConfig config(String options) throws IOException {
        Map<String, String> all = values(options);
        all.put("run.out", directory.resolve("run" + runs++).toString());
        return ConfigLoader.load(Files.writeString(directory.resolve("config.yaml"), BASE), all);
    }

    private static void train(RunConfig config, Optional<String> from) {
        LanguageModel model = Models.trainable(
                Models.create(config.model(), data.tokenizer().vocabSize(), config.run().seed()), config);
        try (Run run = from.isPresent() ? Run.resume(config, data, new Resumption(from.get(), false), notice -> { })
                : Run.create(config, data)) {
            assertThat(run.resumedStep()).isEqualTo(from.isPresent() ? 10 : 0);
            assertThat(run.train(run.trainer(model, PeakMeter.none(), () -> false, event -> { })))
                    .isEqualTo(Trainer.End.FINISHED);
        }
    }

    private static List<byte[]> learned(Path checkpoint) throws IOException {
        return List.of(Files.readAllBytes(checkpoint.resolve("model.safetensors")),
                Files.readAllBytes(checkpoint.resolve("optimizer.safetensors")));
    }

    private static void writesWithTheBitsOfRecomputing(LanguageModel model) {
        try (NextLogits cached = CachedLogits.of(model); NextLogits plain = new PlainLogits(model)) {
            int[][] prompts = {{3, 1, 4}, {1}};
            assertThat(cached.start(prompts)).isDeepEqualTo(plain.start(prompts));
            for (int t = 0; t < model.blockSize() + 2; t++) {
                int[] tokens = {t % 7, t % 5};
                assertThat(cached.next(new int[] {0, 1}, tokens)).as("token %d", t)
                        .isDeepEqualTo(plain.next(new int[] {0, 1}, tokens));
            }
        }
    }

    /** A refusal is one line; of the format that has any tokenizer it names an option to change, one after another. */
    private static void assertIsExportedOrRefused(ExportFormat format, Path checkpoint, Path out, String options)
            throws IOException {
        ExportSource source = ExportSource.open(checkpoint);
        try {
            List<Path> files = ModelExport.run(source, format, Dtype.F32, out);
            assertThat(files).isNotEmpty().allSatisfy(file -> assertThat(file).isNotEmptyFile());
            if (format.name().equals("hf")) {
                assertThat(Files.readString(out.resolve("config.json"))).contains("architectures");
            }
        } catch (CheckpointException e) {
            assertThat(e.isUserError()).isTrue();
            assertThat(e.getMessage()).startsWith("--format " + format.name() + ": ").doesNotContain("\n");
            assertThat(out).doesNotExist();
            if (format.name().equals("hf")) {
                assertAdviceLeadsToAnExport(format, values(options));
            }
        }
    }

    private static void assertAdviceLeadsToAnExport(ExportFormat format, Map<String, String> all) throws IOException {
        Path base = Files.writeString(directory.resolve("config.yaml"), BASE);
        for (int changes = 0; changes <= OPTIONS.size(); changes++) {
            RunConfig changed = ConfigLoader.load(base, all);
            Optional<String> obstacle = format.obstacle().apply(new ExportSource(
                    Models.create(changed.model(), data.tokenizer().vocabSize(), 1), Optional.of(data.tokenizer())));
            if (obstacle.isEmpty()) {
                return;
            }
            Matcher advice = ADVICE.matcher(obstacle.get());
            assertThat(advice.find()).as(obstacle.get()).isTrue();
            all.put(advice.group(1), advice.group(2));
        }
        throw new AssertionError("no end of advice: " + all);
    }
}
