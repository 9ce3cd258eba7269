package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.config.UserError;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import inkhorn.nn.Position;
import inkhorn.optim.Optimizer;
import inkhorn.optim.Optimizers;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is counted on shapes against what real steps hold. */
class TrainingMemoryTest {

    private static final int VOCABULARY = 61;
    private static final int BATCH = 3;
    private static final int TIME = 16;

    /** Small ones, and one with arrays that a scope spaces. */
    static Stream<Supplier<LanguageModel>> models() {
        GptConfig small = GptConfig.defaults().withVocabSize(VOCABULARY).withBlockSize(TIME).withNHead(2).withNEmbd(24);
        return Stream.of(() -> new Gpt(small.withNLayer(1).withBias(true)),
                () -> new Gpt(small.withNLayer(4).withDropout(0.1)),
                () -> new Gpt(small.withNLayer(2).withPosition(Position.SINUSOIDAL).withTieWeights(false)),
                () -> new Gpt(small.withNLayer(2).withNEmbd(192)), () -> new Bigram(VOCABULARY, TIME));
    }

    @ParameterizedTest
    @MethodSource("models")
    void itIsWhatARealStepHoldsToTheByte(Supplier<LanguageModel> model) {
        assertCountsWhatStepsHold(model, Optimizers.ADAMW);
    }

    @ParameterizedTest
    @EnumSource
    void soItIsWithEveryOptimizer(Optimizers kind) {
        assertCountsWhatStepsHold(models().findFirst().orElseThrow(), kind);
    }

    private static void assertCountsWhatStepsHold(Supplier<LanguageModel> model, Optimizers kind) {
        TrainingMemory counted = TrainingMemory.of(model, kind, BATCH, TIME);
        try (Scope run = Scope.open()) {
            LanguageModel made = model.get();
            Optimizer optimizer = kind.create(made.namedParameters(), kind.defaults());
            IntTensor ids = IntTensor.of(new int[BATCH * TIME], BATCH, TIME);
            for (int step = 0; step < 3; step++) {
                optimizer.zeroGrad();
                try (Scope arrays = Scope.open()) {
                    Backward.from(made.loss(ids, ids, Pass.training(new Rng(step))), Backward.Keep.NOTHING);
                }
                optimizer.step(1e-3, 1);
            }
            assertThat(counted.activations()).isEqualTo(run.heldBytes());
            assertThat(counted.weights() + counted.gradients() + counted.moments()).isEqualTo(run.permanentBytes());
            assertThat(counted.gradients()).isEqualTo(4 * made.parameterCount());
            assertThat(counted.moments()).isEqualTo(4 * made.parameterCount() * kind.moments().size());
        }
    }

    @Test
    void batchesOfWhichAnArrayIsTooLongAreRefusedWithTheirKey() {
        for (int vocabulary : List.of(65, 1)) {
            assertThatThrownBy(() -> TrainingMemory.of(withBatch(2_000_000_000), vocabulary))
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("train.batch_size 2000000000", "model.block_size 256",
                            "more elements than one array", "choose a smaller train.batch_size");
        }
    }

    private static RunConfig withBatch(int size) {
        RunConfig c = RunConfig.defaults();
        return new RunConfig(c.run(), c.data(), c.model(), new TrainConfig(size, 1, 1, 0, 1, 0, 0, 1, 0, 0), c.optim());
    }
}
