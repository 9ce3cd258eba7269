package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Backend;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.ops.CrossEntropy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a step holds less of: activations of blocks, logits. Losses and gradients keep their bits. */
class RecomputedBlocksTest {
    private static final int BATCH = 3;
    private static final int MICRO_BATCHES = 3;

    /** Architectures that take different ways through a block. */
    static List<GptConfig> configs() {
        GptConfig config = Fixtures.config(0.2, true, Position.LEARNED, true).withNLayer(3);
        return List.of(config, config.withDropout(0).withTieWeights(false), config.withNLayer(1),
                config.withNorm(RowNorm.RMSNORM).withActivation(Activation.SWIGLU).withBias(false),
                config.withPosition(Position.SINUSOIDAL).withActivation(Activation.GELU_TANH));
    }

    /** The losses of three micro-batches, and the gradients that they leave together. */
    private static List<float[]> afterBackward(GptConfig config, boolean recomputes) {
        Gpt gpt = Fixtures.gpt(config);
        float[] losses = new float[MICRO_BATCHES];
        for (int i = 0; i < losses.length; i++) {
            try (Scope step = Scope.open()) {
                IntTensor ids = Fixtures.ids(BATCH, Fixtures.BLOCK, i);
                IntTensor targets = Fixtures.ids(BATCH, Fixtures.BLOCK, 9 + i);
                Tensor loss = gpt.loss(ids, targets, Pass.training(new Rng(5).at(i), recomputes));
                Backward.from(loss, new float[] {1f / MICRO_BATCHES}, Backward.Keep.NOTHING);
                losses[i] = loss.item();
            }
        }
        List<float[]> results = new ArrayList<>(List.of(losses));
        gpt.namedParameters().forEach(p -> results.add(p.tensor().grad()));
        return results;
    }

    @ParameterizedTest
    @MethodSource("configs")
    void lossesAndGradientsHaveTheBitsOfBlocksThatAreKept(GptConfig config) {
        for (Backend backend : Backend.ALL) {
            try (Kernels kernels = backend.create().apply(2); var here = KernelProvider.using(kernels)) {
                assertSame(afterBackward(config, true), afterBackward(config, false));
            }
        }
    }

    @Test
    void logitsAtSomePositionsAreThoseOfBlocksThatAreKept() {
        Gpt gpt = Fixtures.gpt(configs().get(0));
        IntTensor ids = Fixtures.ids(2, Fixtures.BLOCK, 1);
        int[] positions = {7, 2};
        float[] recomputed = gpt.logitsAt(ids, positions, Pass.training(new Rng(1), true)).data();
        assertThat(recomputed).isEqualTo(gpt.logitsAt(ids, positions, Pass.training(new Rng(1))).data());
    }

    /** 260 · 65,000 logits are just over 64 MiB; in training two numbers of each row are kept of them. */
    @Test
    void theLossOfManyLogitsHasTheBitsOfTheLossOfThemAll() {
        GptConfig config = Fixtures.config(0.1, true, Position.LEARNED, true).withVocabSize(65_000).withBlockSize(130);
        IntTensor ids = Fixtures.ids(2, 130, 3);
        List<List<float[]>> found = new ArrayList<>();
        long[] held = new long[2];
        for (int whole = 0; whole < 2; whole++) {
            Gpt gpt = Fixtures.gpt(config);
            try (Scope step = Scope.open()) {
                Pass pass = Pass.training(new Rng(4));
                Tensor loss = whole == 1 ? CrossEntropy.inPlace(gpt.logits(ids, pass), ids) : gpt.loss(ids, ids, pass);
                Backward.from(loss, Backward.Keep.NOTHING);
                List<float[]> results = new ArrayList<>(List.of(new float[] {loss.item()}));
                gpt.namedParameters().forEach(p -> results.add(p.tensor().grad()));
                found.add(results);
                held[whole] = step.heldBytes();
            }
        }
        assertSame(found.get(0), found.get(1));
        assertThat(held[0]).isLessThan(held[1]);
    }

    private static void assertSame(List<float[]> found, List<float[]> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i)).as("result %d", i).isEqualTo(expected.get(i));
        }
    }
}
