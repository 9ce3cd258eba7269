package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.Batch;
import inkhorn.data.BatchSource;
import inkhorn.data.ByteProgress;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataFormat;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.optim.Optimizer;
import inkhorn.report.RunHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps of 1, 2, 3, 6 and 9 sequences: batches of up to 3, and of up to 3 of these. */
final class BatchWarmupTest {

    private static final int STEPS = 18;
    private static final int BLOCK = 8;
    private static final String CONFIG = """
            model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8, dropout: 0.1}
            train: {max_iters: 18, batch_size: 3, grad_accum: 3, batch_warmup_iters: 12, eval_interval: 0,
                    log_interval: 5, checkpoint_interval: 1, keep: 100}
            optim: {lr: 0.01, warmup_iters: 2}
            """;

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

    /** The definition: 1 + 8·t/12, rounded down to a size; and each step by itself, without anything kept. */
    @Test
    void itTrainsAsStepsOfTheDefinedSizesOneByOne() throws IOException {
        RunConfig config = config(Map.of());
        LanguageModel plain = model(config);
        Optimizer optimizer = Models.optimizer(plain, config.optim());
        TrainStep step = new TrainStep(plain, optimizer, config.optim().lrSchedule()::at, config.optim().gradClip(),
                config.run().seed());
        List<Integer> sizes = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        for (int t = 0; t < STEPS; t++) {
            int wanted = Math.min(9, 1 + 8 * t / 12);
            int size = wanted < 3 ? wanted : wanted / 3 * 3;
            int number = Math.max(1, size / 3);
            BatchSource source = Trainer.batches(data.trainSplit(), size / number, BLOCK, config.run().seed());
            long first = (long) t * number;
            sizes.add(size);
            losses.add(step.run(t, IntStream.range(0, number).mapToObj(i -> source.batch(first + i))
                    .toArray(Batch[]::new)).loss());
        }
        assertThat(sizes).containsExactly(1, 1, 2, 3, 3, 3, 3, 3, 6, 6, 6, 6, 9, 9, 9, 9, 9, 9);

        LanguageModel model = model(config);
        List<TrainEvent.Stepped> steps = new ArrayList<>();
        new Trainer(config, model, data, PeakMeter.none(), () -> false, event -> {
            if (event instanceof TrainEvent.Stepped done) {
                steps.add(done);
            }
        }).run();
        assertThat(steps.stream().map(TrainEvent.Stepped::loss)).isEqualTo(losses);
        assertThat(steps.stream().map(done -> (int) Math.round(done.tokensPerS() * done.stepMs() * 1e-3 / BLOCK)))
                .isEqualTo(sizes);
        assertThat(weights(model)).isDeepEqualTo(weights(plain));
    }

    /** Each example once before any comes again, in the order in which batches of one have them. */
    @Test
    void ofInstructionsEachStepGoesOnWithTheNextExample() throws IOException {
        Path lines = Files.writeString(directory.resolve("sums.jsonl"), IntStream.range(0, 40).mapToObj(i ->
                "{\"prompt\": \"" + i + " is \", \"completion\": \"" + i * i + "\"}\n").collect(Collectors.joining()));
        PreparedData sums = new Preparation(directory.resolve("sums")).prepare(
                Corpus.ofFiles("sums", List.of(lines), DataFormat.INSTRUCTIONS.globs(), "a file"),
                PreparationSpec.of(TokenizerSpec.of("char"), 0.1, 1).withFormat(DataFormat.INSTRUCTIONS),
                ByteProgress.NONE);
        RunConfig config = config(Map.of("model.dropout", "0", "model.block_size", "16"));
        int[] sizes = {1, 1, 2, 3, 3, 3, 3, 3, 6, 6, 6, 6, 9, 9, 9, 9, 9, 9};
        LanguageModel plain = Models.create(config.model(), sums.tokenizer().vocabSize(), 1);
        TrainStep step = new TrainStep(plain, Models.optimizer(plain, config.optim()),
                config.optim().lrSchedule()::at, config.optim().gradClip(), config.run().seed());
        BatchSource ones = Trainer.batches(sums.trainSplit(), 1, 16, config.run().seed());
        List<Double> expected = new ArrayList<>();
        int next = 0;
        for (int t = 0; t < STEPS; t++) {
            Batch[] each = new Batch[sizes[t]];
            for (int i = 0; i < each.length; i++) {
                each[i] = ones.batch(next++);
            }
            expected.add(step.run(t, each).loss());
        }
        List<Double> losses = new ArrayList<>();
        new Trainer(config, Models.create(config.model(), sums.tokenizer().vocabSize(), 1), sums, PeakMeter.none(),
                () -> false, event -> {
                    if (event instanceof TrainEvent.Stepped done) {
                        losses.add(done.loss());
                    }
                }).run();
        // The sums of a batch of one are added in another order.
        assertThat(losses).usingElementComparator((a, b) -> Math.abs(a - b) < 1e-4 ? 0 : Double.compare(a, b))
                .isEqualTo(expected);
    }

    /** A run of steps of the first size, in one go, has the same first steps. */
    @Test
    void theFirstStepsAreThoseOfARunWithThatBatchSize() throws IOException {
        Map<String, String> first = Map.of("train.batch_warmup_from", "2", "train.max_iters", "3",
                "optim.lr_decay_iters", "18");
        Map<String, String> plain = new HashMap<>(first);
        plain.putAll(Map.of("train.batch_warmup_iters", "0", "train.batch_warmup_from", "1", "train.batch_size", "2",
                "train.grad_accum", "1"));
        first = new HashMap<>(first);
        first.put("train.batch_warmup_iters", "30");
        assertThat(learned(trained(config(first)))).usingElementComparator(Arrays::compare)
                .isEqualTo(learned(trained(config(plain))));
    }

    @Test
    void aResumeInASizeAndAtEachBorderOnOtherThreadsHasTheBitsOfAnUndisturbedRun() throws IOException {
        RunConfig config = config(Map.of());
        List<byte[]> straight = learned(trained(config));
        KernelProvider.choose("scalar", 3);
        for (int step : new int[] {15, 13, 12, 11, 8, 7, 3, 2, 1}) {
            train(config, Optional.of(String.format("step-%08d", step)));
            assertThat(learned(config)).as("from step %d", step).usingElementComparator(Arrays::compare)
                    .isEqualTo(straight);
        }
        KernelProvider.choose("scalar", 1);
        for (String key : List.of("train.batch_warmup_iters", "train.batch_warmup_from")) {
            RunConfig other = config(Map.of(key, "2", "run.out", config.run().out()));
            assertThatThrownBy(() -> train(other, Optional.of("latest"))).isInstanceOf(UserError.class)
                    .message().hasLineCount(1).contains("another warm-up of the batch size: " + key + " is 2, not 1");
        }
    }

    /** Lines of every 5 steps, and of the last step of each size. */
    @Test
    void theLogCountsTheTokensLearnedFrom() throws IOException {
        RunHistory history = RunHistory.read(trained(config(Map.of())).run().directory());
        assertThat(history.steps().stream().map(point -> point.record().step()))
                .containsExactly(2L, 3L, 5L, 8L, 10L, 12L, 15L, 18L);
        assertThat(history.steps().stream().map(point -> Math.round(point.spent().tokens() / BLOCK)))
                .containsExactly(2L, 4L, 10L, 19L, 31L, 43L, 70L, 97L);
    }

    private static RunConfig config(Map<String, String> keys) throws IOException {
        Map<String, String> all = new HashMap<>(keys);
        all.putIfAbsent("run.out", directory.resolve("run" + runs++).toString());
        return ConfigLoader.load(Files.writeString(directory.resolve("config.yaml"), CONFIG), all);
    }

    private static LanguageModel model(RunConfig config) {
        return Models.create(config.model(), data.tokenizer().vocabSize(), config.run().seed());
    }

    private static RunConfig trained(RunConfig config) {
        train(config, Optional.empty());
        return config;
    }

    private static void train(RunConfig config, Optional<String> from) {
        try (Run run = from.isPresent() ? Run.resume(config, data, new Resumption(from.get(), false), notice -> { })
                : Run.create(config, data)) {
            assertThat(run.train(run.trainer(model(config), PeakMeter.none(), () -> false, event -> { })))
                    .isEqualTo(Trainer.End.FINISHED);
        }
    }

    private static List<byte[]> learned(RunConfig config) throws IOException {
        Path checkpoint = config.run().directory().resolve("latest");
        return List.of(Files.readAllBytes(checkpoint.resolve("model.safetensors")),
                Files.readAllBytes(checkpoint.resolve("optimizer.safetensors")));
    }

    private static float[][] weights(LanguageModel model) {
        return model.namedParameters().stream().map(Parameter::tensor).map(t -> t.data().clone())
                .toArray(float[][]::new);
    }
}
