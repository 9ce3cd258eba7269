package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.train.parallel.ThreadRanks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One training by several ranks, here threads: it has the bits of the same training by one. */
final class ManyRanksTest {
    private static final String TWELVE_STEPS = """
            model: {n_layer: 2, n_head: 2, n_embd: 32, block_size: 12, dropout: 0.2}
            train: {batch_size: 2, grad_accum: 6, max_iters: 12, eval_interval: 5, eval_iters: 3, sample_chars: 0,
              checkpoint_interval: 4}
            optim: {lr: 3e-3, grad_clip: 0.5, warmup_iters: 2}
            """;

    @TempDir
    private static Path directory;
    private static PreparedData data;
    private static final AtomicInteger CONFIGS = new AtomicInteger();

    /** What rank 0 has said: losses, and the checkpoint of each step. */
    private record Told(List<Double> losses, List<Double> evaluations, Map<Long, Saved> saved) {
        Told() {
            this(new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
        }
    }

    private record Saved(RunState state, Map<String, Tensor> weights, Map<String, Tensor> moments,
            Map<String, Tensor> raw) {
        Map<String, float[]> bits() {
            Map<String, float[]> bits = new LinkedHashMap<>();
            weights.forEach((name, tensor) -> bits.put(name, tensor.data()));
            moments.forEach((name, tensor) -> bits.put(name, tensor.data()));
            raw.forEach((name, tensor) -> bits.put("raw " + name, tensor.data()));
            return bits;
        }
    }

    @BeforeAll
    static void prepareText() {
        KernelProvider.choose("scalar", 1);
        data = ClerksText.prepare(directory);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @ParameterizedTest
    @ValueSource(strings = {"optim.optimizer=adamw", "optim.optimizer=muon", "optim.optimizer=lion",
        "optim.ema_decay=0.9", "train.activation_checkpointing=true", "model.tie_weights=false"})
    void theBitsAreThoseOfOneRank(String override) {
        Map<String, String> keys = Map.of(override.split("=")[0], override.split("=")[1]);
        Told alone = train(1, keys, null, 12);
        assertThat(alone.saved.keySet()).contains(4L, 8L, 12L);
        for (int size : new int[] {2, 3, 6}) {
            Told together = train(size, keys, null, 12);
            assertThat(together.losses).as("%d ranks", size).isEqualTo(alone.losses);
            assertThat(together.evaluations).isEqualTo(alone.evaluations);
            assertThat(together.saved.get(12L).bits()).usingRecursiveComparison()
                    .isEqualTo(alone.saved.get(12L).bits());
        }
    }

    @Test
    void aRunGoesOnWithAnotherNumberOfRanks() {
        Told alone = train(1, Map.of(), null, 12);
        Told three = train(3, Map.of(), null, 4);
        Told two = train(2, Map.of(), three.saved.get(4L), 8);
        Told one = train(1, Map.of(), two.saved.get(8L), 12);
        assertThat(one.saved.get(12L).bits()).usingRecursiveComparison().isEqualTo(alone.saved.get(12L).bits());
        assertThat(two.losses).isEqualTo(alone.losses.subList(4, 8));
    }

    @Test
    void ranksThatCannotShareTheBatchesAreRefused() {
        assertThatThrownBy(() -> train(4, Map.of(), null, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("4 processes cannot share 6 micro-batches evenly; [1, 2, 3, 6] can");
    }

    @Test
    void allStopAtTheStepAtWhichOneIsAskedTo() {
        RunConfig config = config(Map.of());
        AtomicInteger asked = new AtomicInteger();
        List<Long> ends = ThreadRanks.run(3, ranks -> () -> {
            Trainer trainer = new Trainer(config, config.optim().lrSchedule()::at, model(config), data,
                    PeakMeter.none(), () -> ranks.rank() == 2 && asked.incrementAndGet() > 6, ranks,
                    event -> hear(event, new Told()));
            trainer.together();
            assertThat(trainer.run()).isEqualTo(Trainer.End.STOPPED);
            return trainer.state().step();
        });
        assertThat(ends).doesNotContain(0L, 12L).containsOnly(ends.get(0));
    }

    private static Told train(int size, Map<String, String> overrides, Saved from, long stopAt) {
        RunConfig config = config(overrides);
        return ThreadRanks.run(size, ranks -> () -> {
            Told told = new Told();
            LanguageModel model = model(config);
            if (ranks.rank() != 0) {
                model.namedParameters().forEach(p -> Arrays.fill(p.tensor().data(), 7));
            }
            Trainer trainer = new Trainer(config, config.optim().lrSchedule()::at, model, data, PeakMeter.none(),
                    () -> false, ranks, event -> hear(event, told));
            if (from != null && ranks.rank() == 0) {
                model.namedParameters().forEach(p -> System.arraycopy(from.weights.get(p.name()).data(), 0,
                        p.tensor().data(), 0, p.tensor().size()));
                trainer.restore(from.state, from.moments, from.raw, false);
            }
            trainer.together();
            trainer.run(stopAt);
            return told;
        }).get(0);
    }

    private static void hear(TrainEvent event, Told told) {
        if (event instanceof TrainEvent.Stepped done) {
            told.losses.add(done.loss());
        } else if (event instanceof TrainEvent.Evaluated done) {
            told.evaluations.add(done.losses().valLoss());
        } else if (event instanceof TrainEvent.CheckpointDue due && !told.saved.containsKey(due.state().step())) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            due.model().namedParameters().forEach(p -> weights.put(p.name(), copy(p.tensor())));
            Map<String, Tensor> moments = new LinkedHashMap<>();
            due.moments().forEach(m -> moments.put(m.name(), Tensor.of(m.data().clone(), m.shape())));
            Map<String, Tensor> raw = new LinkedHashMap<>();
            due.raw().forEach((name, tensor) -> raw.put(name, copy(tensor)));
            told.saved.put(due.state().step(), new Saved(due.state(), weights, moments, raw));
        }
    }

    private static Tensor copy(Tensor tensor) {
        return Tensor.of(tensor.data().clone(), tensor.shape().dims());
    }

    private static LanguageModel model(RunConfig config) {
        return Models.trainable(Models.create(config.model(), data.tokenizer().vocabSize(), config.run().seed()),
                config);
    }

    private static RunConfig config(Map<String, String> overrides) {
        try {
            return ConfigLoader.load(Files.writeString(directory.resolve("config" + CONFIGS.getAndIncrement()
                    + ".yaml"), TWELVE_STEPS), overrides);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
