package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.config.Records;
import inkhorn.optim.Optimizers;
import inkhorn.train.log.RunLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that are stopped between two ops, in steps, evaluations and samples, and then go on. */
final class RunTest {

    private static final String STEPS = """
            model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8, dropout: 0.1}
            train: {max_iters: 6, batch_size: 2, grad_accum: 2, eval_interval: 2, eval_iters: 2, log_interval: 1,
                    checkpoint_interval: 2, sample_chars: 3, keep: 2}
            optim: {lr: 0.01, warmup_iters: 0, lr_decay_iters: 6}
            """;

    @TempDir
    private static Path directory;
    private static PreparedData data;

    private final List<String> events = new ArrayList<>();

    @BeforeAll
    static void prepareText() {
        KernelProvider.choose("scalar", 1);
        data = ClerksText.prepare(directory);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void aCheckpointIsWrittenBeforeTheEvaluationOfItsStep() throws IOException {
        run(config("order", 2, 0, "0.01"), false, () -> false);
        assertThat(events).containsSubsequence("step 2", "saving 2", "saved 2", "evaluating 2", "evaluated 2 best",
                        "sampled", "step 3")
                .containsSubsequence("step 6", "saving 6", "saved 6", "evaluating 6", "evaluated 6 best");
    }

    @Test
    void theBestEvaluationOfAStepWithoutACheckpointSavesOne() throws IOException {
        run(config("best", 0, 0, "0.01"), false, () -> false);
        assertThat(events).containsSubsequence("step 2", "evaluating 2", "evaluated 2 best", "saving 2", "saved 2",
                "sampled", "step 3");
        assertThat(bestOf("best")).isEqualTo("step-00000006");
    }

    @Test
    void aRunStoppedBetweenAnyTwoOpsGoesOnToTheFilesOfAnUndisturbedOne() throws IOException {
        stopEverywhere("due", 2, 0, "0.01", Trainer.End.FINISHED);
    }

    @Test
    void soDoesOneWhoseCheckpointsFallOnOtherStepsThanItsEvaluations() throws IOException {
        stopEverywhere("apart", 3, 0, "0.01", Trainer.End.FINISHED);
    }

    @Test
    void soDoesOneThatEndsEarlyForLackOfProgress() throws IOException {
        stopEverywhere("patience", 2, 1, "30", Trainer.End.NO_PROGRESS);
    }

    @Test
    void anEvaluationThatTheLogHoldsIsCountedAndNotMadeAgain() throws IOException {
        RunConfig config = config("again", 2, 0, "0.01");
        run(config, false, () -> false);
        Path best = directory.resolve("again/best");
        Files.delete(best);
        events.clear();
        assertThat(run(config, true, () -> false)).isEqualTo(Trainer.End.FINISHED);
        assertThat(events).isEmpty();
        assertThat(bestOf("again")).isEqualTo("step-00000006");
    }

    @ParameterizedTest
    @EnumSource
    void everyOptimizerGoesOnWithTheBitsOfAnUndisturbedRun(Optimizers optimizer) throws IOException {
        Map<String, String> chosen = Map.of("optim.optimizer", Records.word(optimizer));
        String name = Records.word(optimizer);
        assertThat(run(config(name + "-straight", chosen), false, () -> false)).isEqualTo(Trainer.End.FINISHED);
        assertThat(run(config(name, chosen), false, new CountingStop(400))).isEqualTo(Trainer.End.STOPPED);
        assertThat(run(config(name, chosen), true, () -> false)).isEqualTo(Trainer.End.FINISHED);
        for (String file : List.of("latest/model.safetensors", "latest/optimizer.safetensors")) {
            assertThat(directory.resolve(name).resolve(file))
                    .hasSameBinaryContentAs(directory.resolve(name + "-straight").resolve(file));
        }
        for (Optimizers other : Optimizers.values()) {
            RunConfig config = config(name, Map.of("optim.optimizer", Records.word(other)));
            if (other != optimizer) {
                assertThatThrownBy(() -> run(config, true, () -> false)).isInstanceOf(UserError.class)
                        .hasMessageContaining("optim.optimizer is " + Records.word(other) + ", not " + name);
            }
        }
    }

    @Test
    void aRunWithAnAverageOfItsWeightsGoesOnWithTheBitsOfAnUndisturbedRun() throws IOException {
        Map<String, String> averaged = Map.of("optim.ema_decay", "0.6");
        run(config("ema-straight", averaged), false, () -> false);
        assertThat(run(config("ema", averaged), false, new CountingStop(400))).isEqualTo(Trainer.End.STOPPED);
        assertThat(run(config("ema", averaged), true, () -> false)).isEqualTo(Trainer.End.FINISHED);
        for (String file : List.of("model", "raw", "optimizer")) {
            assertThat(directory.resolve("ema/latest/" + file + ".safetensors"))
                    .hasSameBinaryContentAs(directory.resolve("ema-straight/latest/" + file + ".safetensors"));
        }
        assertThat(records("ema")).isEqualTo(records("ema-straight"));
        assertThatThrownBy(() -> run(config("ema", Map.of()), true, () -> false)).isInstanceOf(UserError.class)
                .hasMessageContaining("without its average of the weights: optim.ema_decay is 0.0, not 0.6");
    }

    /** The training itself is that of a run without an average, whose weights are those beside it. */
    @Test
    void theModelThatIsSavedAndEvaluatedIsTheAverageAndTheRestIsAsWithoutOne() throws IOException {
        run(config("averaged", Map.of("optim.ema_decay", "0.6")), false, () -> false);
        run(config("plain", Map.of()), false, () -> false);
        Evaluation.Losses averaged = lastEvaluation("averaged");
        Evaluation.Losses plain = lastEvaluation("plain");
        assertThat(averaged.rawValLoss()).isEqualTo(plain.valLoss()).isNotEqualTo(averaged.valLoss());
        assertThat(plain.rawValLoss()).isNaN();
        RunConfig config = config("plain", Map.of());
        LanguageModel saved = ModelFiles.load(Checkpoint.open(directory.resolve("averaged/latest")));
        assertThat(Evaluation.sampledVal(saved, data.valSplit(), 2, 2, config.run().seed()).loss(done -> { }))
                .isEqualTo(averaged.valLoss());
        Map<String, Tensor> raw = ModelFiles.tensors(Checkpoint.open(directory.resolve("averaged/latest")),
                "raw.safetensors");
        ModelFiles.load(Checkpoint.open(directory.resolve("plain/latest"))).namedParameters().forEach(p ->
                assertThat(raw.get(p.name()).data()).as(p.name()).isEqualTo(p.tensor().data()));
    }

    private static Evaluation.Losses lastEvaluation(String run) {
        return RunLog.read(directory.resolve(run).resolve("metrics.jsonl")).stream()
                .filter(Evaluation.Losses.class::isInstance).map(Evaluation.Losses.class::cast)
                .reduce((first, second) -> second).orElseThrow();
    }

    @Test
    void aRunWhoseLossIsNoNumberSaysWhatItCanGoOnWith() throws IOException {
        RunConfig tooFast = config("nan", 2, 0, "1e30");
        LanguageModel model = Models.create(tooFast.model(), data.tokenizer().vocabSize(), 1);
        try (Run run = Run.create(tooFast, data)) {
            Trainer trainer = run.trainer(model, PeakMeter.none(), () -> false, event -> { });
            model.namedParameters().get(0).tensor().data()[0] = Float.NaN;
            assertThatThrownBy(() -> run.train(trainer)).isInstanceOf(TrainException.class)
                    .hasMessage("step 1: the loss is NaN, so the weights are not updated;"
                            + " no checkpoint was written yet; lower optim.lr, or set optim.grad_clip");
        }
    }

    @Test
    void aStopBeforeTheFirstUpdateLeavesNoCheckpoint() throws IOException {
        RunConfig config = config("first", 2, 0, "0.01");
        assertThat(run(config, false, () -> true)).isEqualTo(Trainer.End.STOPPED);
        assertThat(events).isEmpty();
        assertThat(run(config, true, () -> false)).isEqualTo(Trainer.End.FINISHED);
    }

    private void stopEverywhere(String name, int checkpointInterval, int patience, String lr, Trainer.End end)
            throws IOException {
        RunConfig straight = config(name + "-straight", checkpointInterval, patience, lr);
        CountingStop never = new CountingStop(Long.MAX_VALUE);
        assertThat(run(straight, false, never)).isEqualTo(end);
        int stops = 0;
        for (long at = 1; at <= never.asked; at += 1 + never.asked / 60) {
            String stopped = name + "-" + at;
            RunConfig config = config(stopped, checkpointInterval, patience, lr);
            stops += run(config, false, new CountingStop(at)) == Trainer.End.STOPPED ? 1 : 0;
            assertThat(run(config, true, () -> false)).isEqualTo(end);
            assertThat(records(stopped)).as("stopped at %d", at).isEqualTo(records(name + "-straight"));
            assertThat(bestOf(stopped)).isEqualTo(bestOf(name + "-straight"));
            for (String file : List.of("latest/model.safetensors", "latest/optimizer.safetensors",
                    "latest/trainer.json", "best/model.safetensors", "best/optimizer.safetensors")) {
                assertThat(directory.resolve(stopped).resolve(file)).as("stopped at %d", at)
                        .hasSameBinaryContentAs(directory.resolve(name + "-straight").resolve(file));
            }
        }
        assertThat(stops).isGreaterThan(40);
    }

    /** Says yes from the given question on. */
    private static final class CountingStop implements BooleanSupplier {
        private final long yesFrom;
        private long asked;

        CountingStop(long yesFrom) {
            this.yesFrom = yesFrom;
        }

        @Override
        public boolean getAsBoolean() {
            return ++asked >= yesFrom;
        }
    }

    private Trainer.End run(RunConfig config, boolean resume, BooleanSupplier stopRequested) {
        LanguageModel model = Models.create(config.model(), data.tokenizer().vocabSize(), config.run().seed());
        try (Run run = resume ? Run.resume(config, data, new Resumption("", false), notice -> { })
                : Run.create(config, data)) {
            return run.train(run.trainer(model, PeakMeter.none(), stopRequested,
                    event -> TrainerTest.describe(event).ifPresent(events::add)));
        }
    }

    private static RunConfig config(String name, int checkpointInterval, int patience, String lr) throws IOException {
        return config(name, Map.of("train.checkpoint_interval", String.valueOf(checkpointInterval),
                "train.patience", String.valueOf(patience), "optim.lr", lr));
    }

    private static RunConfig config(String name, Map<String, String> overrides) throws IOException {
        Map<String, String> all = new HashMap<>(overrides);
        all.put("run.out", directory.resolve(name).toString());
        return ConfigLoader.load(Files.writeString(directory.resolve("config.yaml"), STEPS), all);
    }

    /** The run's records without their timings. */
    private static List<String> records(String run) throws IOException {
        return Files.readAllLines(directory.resolve(run).resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(",\"step_ms.*", "")).toList();
    }

    private static String bestOf(String run) throws IOException {
        return directory.resolve(run).resolve("best").toRealPath().getFileName().toString();
    }
}
