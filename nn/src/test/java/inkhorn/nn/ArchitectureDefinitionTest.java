package inkhorn.nn;

import static inkhorn.nn.Fixtures.BLOCK;
import static inkhorn.nn.Fixtures.config;
import static inkhorn.nn.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.Backend;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.ops.LossTerms;
import inkhorn.nn.lora.Lora;
import inkhorn.nn.lora.LoraConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole small models against {@link PlainGpt}: each option by itself, and every two together. */
class ArchitectureDefinitionTest {
    private static final GptConfig BASE = config().withNHead(4).withNEmbd(16)
            .withActivation(Activation.GELU_TANH);

    /** One change each; the second of two wins where both change the same key. */
    private static final List<UnaryOperator<GptConfig>> OPTIONS = List.of(
            c -> c,
            c -> c.withBias(false).withTieWeights(false),
            c -> c.withNorm(RowNorm.RMSNORM),
            c -> c.withNormPosition(GptConfig.NormPosition.SANDWICH),
            c -> c.withActivation(Activation.SWIGLU),
            c -> c.withActivation(Activation.RELU2),
            c -> c.withQkNorm(true),
            c -> c.withValueResidual(true),
            c -> c.withNKvHead(2),
            c -> c.withLogitSoftcap(3),
            c -> c.withPosition(Position.SINUSOIDAL),
            c -> c.withPosition(Position.ALIBI),
            c -> c.withPosition(Position.ALIBI).withNEmbd(24).withNHead(6),
            c -> c.withPosition(Position.ROPE),
            c -> c.withPosition(Position.ROPE).withRopeBase(300).withRopePartial(0.6));

    static List<GptConfig> configs() {
        List<GptConfig> configs = new ArrayList<>();
        OPTIONS.forEach(first -> OPTIONS.forEach(second -> configs.add(second.apply(first.apply(BASE)))));
        return configs.stream().distinct().toList();
    }

    /** A model whose every weight counts: none is 0, and scores are far from equal. */
    private static Gpt model(GptConfig config) {
        Gpt gpt = new Gpt(config);
        gpt.namedParameters().forEach(p -> {
            float[] before = p.tensor().data().clone();
            Initial.normal(p, 0.5, new Rng(11));
            for (int i = 0; i < p.tensor().size(); i++) {
                p.tensor().data()[i] += before[i];
            }
        });
        return gpt;
    }

    @ParameterizedTest
    @MethodSource("configs")
    void logitsAreThoseOfTheDefinition(GptConfig config) {
        Gpt gpt = model(config);
        IntTensor ids = ids(1, BLOCK, 3);
        double[][] expected = new PlainGpt(gpt).logits(ids.data());
        for (Backend backend : Backend.ALL) {
            try (Kernels kernels = backend.create().apply(2); var here = KernelProvider.using(kernels)) {
                float[] logits = gpt.logits(ids, Pass.evaluation()).data();
                for (int i = 0; i < logits.length; i++) {
                    double exact = expected[i / config.vocabSize()][i % config.vocabSize()];
                    assertThat((double) logits[i]).as("logit %d", i)
                            .isCloseTo(exact, within(1e-4 * (1 + Math.abs(exact))));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOrderOfEarlierTokensCountsForTheLast(Position position) {
        Gpt gpt = model(BASE.withPosition(position));
        float[] one = gpt.logitsAt(IntTensor.of(new int[] {3, 5, 4}, 1, 3), new int[] {2}, Pass.evaluation()).data();
        float[] other = gpt.logitsAt(IntTensor.of(new int[] {5, 3, 4}, 1, 3), new int[] {2}, Pass.evaluation()).data();
        double furthest = 0;
        for (int i = 0; i < BASE.vocabSize(); i++) {
            furthest = Math.max(furthest, Math.abs(one[i] - other[i]));
        }
        assertThat(furthest).isGreaterThan(0.1);
    }

    /** The change of the loss along a random direction of each parameter, by central differences in double. */
    @ParameterizedTest
    @MethodSource("configs")
    void gradientsAreThoseOfTheDefinition(GptConfig config) {
        Gpt gpt = model(config);
        IntTensor ids = ids(2, BLOCK, 3);
        IntTensor targets = ids(2, BLOCK, 4);
        List<float[]> kept = gradients(gpt, ids, targets, false);
        assertThat(gradients(gpt, ids, targets, true)).as("of blocks computed twice")
                .usingElementComparator(Arrays::compare).isEqualTo(kept);
        PlainGpt plain = new PlainGpt(gpt);
        for (int p = 0; p < kept.size(); p++) {
            Parameter parameter = gpt.namedParameters().get(p);
            double[] weight = plain.weight(parameter.name());
            double[] direction = new double[weight.length];
            double along = 0;
            double squares = 0;
            for (int i = 0; i < direction.length; i++) {
                direction[i] = new Rng(5).normal(i) / Math.sqrt(direction.length);
                along += direction[i] * kept.get(p)[i];
                squares += (double) kept.get(p)[i] * kept.get(p)[i];
            }
            double slope = (moved(plain, weight, direction, 1e-5, ids, targets)
                    - moved(plain, weight, direction, -1e-5, ids, targets)) / 2e-5;
            assertThat(along).as(parameter.name()).isCloseTo(slope, within(1e-5 + 1e-4 * Math.sqrt(squares)));
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theLossOfTrainingHasItsTermsAndThatOfAnEvaluationHasNot(Backend backend) {
        GptConfig config = BASE.withLogitSoftcap(3);
        Gpt gpt = model(config);
        IntTensor ids = ids(1, BLOCK, 3);
        int[] next = ids(1, BLOCK, 4).data().clone();
        next[1] = -1;
        IntTensor targets = IntTensor.of(next, 1, BLOCK);
        double[][] logits = new PlainGpt(gpt).logits(ids.data());
        double plain = 0;
        double smoothed = 0;
        for (int t = 0; t < BLOCK; t++) {
            double logSum = Math.log(Arrays.stream(logits[t]).map(Math::exp).sum());
            for (int v = 0; v < config.vocabSize() && next[t] >= 0; v++) {
                double hit = v == next[t] ? 1 : 0;
                plain += hit * (logSum - logits[t][v]) / (BLOCK - 1);
                smoothed += (0.8 * hit + 0.2 / config.vocabSize()) * (logSum - logits[t][v]) / (BLOCK - 1);
            }
            smoothed += next[t] < 0 ? 0 : 0.3 * logSum * logSum / (BLOCK - 1);
        }
        try (Kernels kernels = backend.create().apply(2); var here = KernelProvider.using(kernels);
                Scope step = Scope.open()) {
            Pass training = Pass.training(new Rng(1), false, new LossTerms(0.2, 0.3));
            assertThat((double) gpt.loss(ids, targets, training).item()).isCloseTo(smoothed, within(2e-5));
            assertThat((double) gpt.loss(ids, targets, Pass.evaluation()).item()).isCloseTo(plain, within(2e-5));
        }
    }

    static List<Backend> backends() {
        return Backend.ALL;
    }

    @Test
    void branchesLeftOutAreThoseOfBlocksComputedTwiceAndOfNoEvaluation() {
        GptConfig config = BASE.withDropout(0.2);
        Gpt gpt = model(config.withDropPath(0.7));
        Gpt plain = model(config);
        IntTensor ids = ids(4, BLOCK, 3);
        assertThat(gradients(gpt, ids, ids, true)).usingElementComparator(Arrays::compare)
                .isEqualTo(gradients(gpt, ids, ids, false)).isNotEqualTo(gradients(plain, ids, ids, false));
        assertThat(gpt.loss(ids, ids, Pass.evaluation()).item()).isEqualTo(plain.loss(ids, ids, Pass.evaluation())
                .item());
    }

    private static List<float[]> gradients(Gpt gpt, IntTensor ids, IntTensor targets, boolean recomputes) {
        gpt.namedParameters().forEach(p -> p.tensor().zeroGrad());
        Backward.from(gpt.loss(ids, targets, Pass.training(new Rng(1), recomputes)), Backward.Keep.NOTHING);
        return gpt.namedParameters().stream().map(p -> p.tensor().grad().clone()).toList();
    }

    private static double moved(PlainGpt plain, double[] weight, double[] direction, double by, IntTensor ids,
                                IntTensor targets) {
        double[] before = weight.clone();
        for (int i = 0; i < weight.length; i++) {
            weight[i] += by * direction[i];
        }
        double loss = plain.loss(ids, targets);
        System.arraycopy(before, 0, weight, 0, weight.length);
        return loss;
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aCacheGivesTheBitsOfTheWholeSequence(GptConfig config) {
        Gpt gpt = model(config);
        IntTensor all = ids(1, BLOCK, 6);
        KeyValueCache cache = new KeyValueCache(config);
        for (int t = 3; t <= BLOCK; t++) {
            int from = t == 3 ? 0 : t - 1;
            int[] fresh = Arrays.copyOfRange(all.data(), from, t);
            float[] cached = gpt.logitsAfter(IntTensor.of(fresh, 1, fresh.length), cache).data();
            IntTensor whole = IntTensor.of(Arrays.copyOf(all.data(), t), 1, t);
            assertThat(cached).isEqualTo(gpt.logitsAt(whole, new int[] {t - 1}, Pass.evaluation()).data());
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void adaptersAreTrainedAndFoldedIn(GptConfig config) {
        Gpt gpt = Lora.adapt(model(config), new LoraConfig(2, null, 0, List.of("c_attn", "c_proj", "c_fc")));
        Lora.parameters(gpt).forEach(p -> Initial.normal(p, 0.2, new Rng(12)));
        IntTensor ids = ids(1, BLOCK, 7);
        try (Scope step = Scope.open()) {
            float[] adapted = gpt.logits(ids, Pass.evaluation()).data();
            float[] merged = Lora.merged(gpt).logits(ids, Pass.evaluation()).data();
            for (int i = 0; i < ids.shape().size() * config.vocabSize(); i++) {
                assertThat(merged[i]).isCloseTo(adapted[i], within(2e-4f * (1 + Math.abs(adapted[i]))));
            }
            Backward.from(gpt.loss(ids, ids, Pass.training(new Rng(1))), Backward.Keep.NOTHING);
        }
        assertThat(Lora.parameters(gpt)).allMatch(p -> p.tensor().grad() != null);
    }
}
