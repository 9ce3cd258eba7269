package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.config.UserError;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import inkhorn.nn.Position;
import inkhorn.nn.lora.Lora;
import inkhorn.nn.lora.LoraConfig;
import inkhorn.optim.Optimizer;
import inkhorn.optim.Optimizers;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted on shapes against what real steps hold. */
class TrainingMemoryTest {
    private static final GptConfig GPT2 = GptConfig.defaults().withVocabSize(50_257).withBlockSize(1024).withNLayer(12)
            .withNHead(12).withNEmbd(768).withBias(true);

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
        assertCountsWhatStepsHold(model, Optimizers.ADAMW, false);
    }

    @ParameterizedTest
    @MethodSource("models")
    void soItIsWhereActivationsAreRecomputed(Supplier<LanguageModel> model) {
        assertCountsWhatStepsHold(model, Optimizers.ADAMW, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 1024})
    void recomputedTwelveLayersTakeAtMostAThirdOfTheActivations(int time) {
        GptConfig twelve = GptConfig.defaults().withVocabSize(65).withBlockSize(time).withNLayer(12).withNHead(12)
                .withNEmbd(768).withDropout(0.1).withBias(true);
        TrainingMemory kept = TrainingMemory.of(() -> new Gpt(twelve), Optimizers.ADAMW, false, 4, time);
        TrainingMemory recomputed = TrainingMemory.of(() -> new Gpt(twelve), Optimizers.ADAMW, true, 4, time);
        assertThat(recomputed.activations()).isLessThan(kept.activations() / 3);
        assertThat(recomputed.total() - recomputed.activations()).isEqualTo(kept.total() - kept.activations());
    }

    /** They alone would take 785 MiB. */
    @Test
    void logitsOfGpt2AreNotHeldWhole() {
        GptConfig one = GptConfig.defaults().withVocabSize(50_257).withBlockSize(1024).withNLayer(1).withNHead(12)
                .withNEmbd(768);
        assertThat(TrainingMemory.of(() -> new Gpt(one), Optimizers.ADAMW, false, 4, 1024).activations())
                .isLessThan(4L * 4 * 1024 * 50_257);
    }

    @ParameterizedTest
    @EnumSource
    void soItIsWithEveryOptimizer(Optimizers kind) {
        assertCountsWhatStepsHold(models().findFirst().orElseThrow(), kind, false);
    }

    @Test
    void eachOfSeveralProcessesKeepsItsShareOfTheMomentsOfGpt2() {
        for (Optimizers kind : Optimizers.values()) {
            TrainingMemory alone = TrainingMemory.of(() -> new Gpt(GPT2), kind, false, 1, 64);
            for (int processes : new int[] {2, 4, 8}) {
                long moments = TrainingMemory.of(() -> new Gpt(GPT2), kind, false, 1, 64, 1, processes).moments();
                assertThat((double) moments * processes / alone.moments()).as("%s, %d", kind, processes)
                        .isBetween(0.999, 1.05);
            }
        }
    }

    /** Four batches: the sum of the first two waits while that of the third does. */
    @Test
    void gradientsWaitToBeAdded() {
        long one = TrainingMemory.of(() -> new Gpt(GPT2), Optimizers.ADAMW, false, 1, 64).gradients();
        assertThat(TrainingMemory.of(() -> new Gpt(GPT2), Optimizers.ADAMW, false, 1, 64, 2, 1).gradients())
                .isEqualTo(2 * one);
        assertThat(TrainingMemory.of(() -> new Gpt(GPT2), Optimizers.ADAMW, false, 1, 64, 4, 1).gradients())
                .isEqualTo(3 * one);
    }

    /** Gradients and moments by the ratio of trained parameters, to the byte. */
    @Test
    void adaptersOfGpt2TakeTheShareOfTheirParameters() {
        LoraConfig lora = new LoraConfig(8, 16.0, 0, List.of("c_attn", "c_proj", "c_fc"));
        TrainingMemory whole = TrainingMemory.of(() -> new Gpt(GPT2), Optimizers.ADAMW, false, 1, 64);
        TrainingMemory adapted = TrainingMemory.of(() -> Lora.adapt(new Gpt(GPT2), lora), Optimizers.ADAMW, false, 1,
                64);
        long trained = 12L * 8 * (768 + 3 * 768 + 768 + 768 + 768 + 4 * 768 + 4 * 768 + 768);
        assertThat(adapted.moments()).isEqualTo(8 * trained);
        assertThat(adapted.gradients()).isEqualTo(4 * trained);
        assertThat(adapted.weights()).isEqualTo(whole.weights() + 4 * trained);
        assertThat(whole.moments() / adapted.moments()).isEqualTo(105);
        assertThat(adapted.total()).isLessThan(whole.total() / 2);
    }

    private static void assertCountsWhatStepsHold(Supplier<LanguageModel> model, Optimizers kind,
                                                  boolean recomputes) {
        TrainingMemory counted = TrainingMemory.of(model, kind, recomputes, BATCH, TIME);
        try (Scope run = Scope.open()) {
            LanguageModel made = model.get();
            Optimizer optimizer = kind.create(made.namedParameters(), kind.defaults());
            IntTensor ids = IntTensor.of(new int[BATCH * TIME], BATCH, TIME);
            for (int step = 0; step < 3; step++) {
                optimizer.zeroGrad();
                try (Scope arrays = Scope.open()) {
                    Tensor loss = made.loss(ids, ids, Pass.training(new Rng(step), recomputes));
                    Backward.from(loss, Backward.Keep.NOTHING);
                }
                optimizer.step(1e-3, 1);
            }
            assertThat(counted.activations()).isEqualTo(run.heldBytes());
            assertThat(counted.weights() + counted.gradients() + counted.moments()).isEqualTo(run.permanentBytes());
            assertThat(counted.gradients()).isEqualTo(4 * made.parameterCount());
            assertThat(counted.moments()).isEqualTo(made.namedParameters().stream()
                    .mapToLong(p -> 4L * p.tensor().size() * kind.moments(p).size()).sum());
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
        return new RunConfig(c.run(), c.data(), c.model(),
                new TrainConfig(size, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, false, 0, 0, List.of()),
                c.optim(), c.lora());
    }
}
