package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.data.ByteProgress;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.tokenizer.TokenizerSpec;
import inkhorn.nn.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop by itself, without a run on disk. */
final class TrainerTest {

    private static final String STEPS = """
            model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8, dropout: 0.1}
            train: {max_iters: 4, batch_size: 2, grad_accum: 2, eval_interval: 2, eval_iters: 2,
                    checkpoint_interval: 3, sample_chars: 3}
            optim: {lr: 0.01, warmup_iters: 0}
            """;

    @TempDir
    private static Path directory;
    private static PreparedData data;

    private final List<String> events = new ArrayList<>();

    @BeforeAll
    static void prepareText() {
        String text = "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40);
        data = new Preparation(directory).prepare(Corpus.of("made-up", "made-up", text),
                PreparationSpec.of(TokenizerSpec.of("char"), 0.1, 1), ByteProgress.NONE);
    }

    @Test
    void itTellsWhatHappensInOrder() throws IOException {
        Trainer trainer = trainer(() -> false, Map.of());
        assertThat(trainer.run()).isEqualTo(Trainer.End.FINISHED);
        assertThat(trainer.state().step()).isEqualTo(4);
        assertThat(events).containsExactly("step 1",
                "step 2", "evaluating 2", "evaluated 2 best", "checkpoint 2 best", "sampled",
                "step 3", "checkpoint 3",
                "step 4", "checkpoint 4", "evaluating 4", "evaluated 4 best", "checkpoint 4 best", "sampled");
    }

    @Test
    void aStopIsHeardBetweenStepsAndTheStepsDoneAreWorthACheckpoint() throws IOException {
        Trainer trainer = trainer(() -> events.contains("step 1"), Map.of());
        assertThat(trainer.run()).isEqualTo(Trainer.End.STOPPED);
        assertThat(events).containsExactly("step 1", "checkpoint 1");
    }

    @Test
    void theSameSeedGivesTheSameLosses() throws IOException {
        assertThat(losses(1)).isEqualTo(losses(1)).isNotEqualTo(losses(2));
    }

    @Test
    void aWeightThatIsNoNumberIsNoCheckpoint() throws IOException {
        Trainer trainer = trainer(() -> false,
                Map.of("optim.lr", "1e38", "optim.grad_clip", "0", "train.eval_interval", "0"));
        assertThatThrownBy(trainer::run).isInstanceOf(TrainException.class).hasMessageStartingWith("step ")
                .hasMessageEndingWith("; lower optim.lr, or set optim.grad_clip");
        assertThat(events).allMatch(event -> event.startsWith("step "));
    }

    private List<Double> losses(int seed) throws IOException {
        List<Double> losses = new ArrayList<>();
        RunConfig config = config(Map.of("run.seed", String.valueOf(seed)));
        new Trainer(config, model(config), data, PeakMeter.none(), () -> false, event -> {
            if (event instanceof TrainEvent.Stepped done) {
                losses.add(done.loss());
            }
        }).run();
        return losses;
    }

    private Trainer trainer(BooleanSupplier stopRequested, Map<String, String> overrides) throws IOException {
        RunConfig config = config(overrides);
        return new Trainer(config, model(config), data, PeakMeter.none(), stopRequested,
                event -> describe(event).ifPresent(events::add));
    }

    private static LanguageModel model(RunConfig config) {
        return Models.create(config.model(), data.tokenizer().vocabSize(), config.run().seed());
    }

    private static RunConfig config(Map<String, String> overrides) throws IOException {
        return ConfigLoader.load(Files.writeString(directory.resolve("config.yaml"), STEPS), overrides);
    }

    /** What happens, in words; all batches of an evaluation together are one event. */
    static Optional<String> describe(TrainEvent event) {
        String words = null;
        if (event instanceof TrainEvent.Stepped done) {
            words = "step " + done.step();
        } else if (event instanceof TrainEvent.Evaluating now && now.done() == 0) {
            words = "evaluating " + now.step();
        } else if (event instanceof TrainEvent.Evaluated evaluated) {
            words = "evaluated " + evaluated.losses().step() + (evaluated.best() ? " best" : "");
        } else if (event instanceof TrainEvent.Sampled) {
            words = "sampled";
        } else if (event instanceof TrainEvent.CheckpointDue due) {
            words = "checkpoint " + due.state().step() + (due.best() ? " best" : "");
        } else if (event instanceof TrainEvent.Saving saving) {
            words = "saving " + saving.step();
        } else if (event instanceof TrainEvent.Saved saved) {
            words = "saved " + saved.step();
        }
        return Optional.ofNullable(words);
    }
}
