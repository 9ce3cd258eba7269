package inkhorn.nn;

import static inkhorn.nn.Fixtures.BLOCK;
import static inkhorn.nn.Fixtures.VOCAB;
import static inkhorn.nn.Fixtures.config;
import static inkhorn.nn.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which branches a training leaves out, and what the model computes then. */
final class DropPathTest {
    private static final int BATCH = 3;
    private static final int PASSES = 300;
    private static final double RATE = 0.6;
    private static final int LAYERS = 3;

    /** Each sequence of each pass is that of a plain model without some branches, the others scaled. */
    @ParameterizedTest
    @EnumSource
    void eachSequenceLacksBranchesOfItsOwnAsOftenAsTheirDepthSays(GptConfig.NormPosition norms) {
        Gpt gpt = new Gpt(config().withNLayer(LAYERS).withActivation(Activation.GELU_TANH).withNormPosition(norms)
                .withDropPath(RATE));
        gpt.namedParameters().forEach(p -> Initial.normal(p, 0.5, new Rng(11)));
        IntTensor one = ids(1, BLOCK, 3);
        int[] repeated = IntStream.range(0, BATCH * BLOCK).map(i -> one.data()[i % BLOCK]).toArray();
        IntTensor ids = IntTensor.of(repeated, BATCH, BLOCK);
        double[] p = {0, 0, RATE / 2, RATE / 2, RATE, RATE};
        double[][] possible = new double[16][];
        for (int which = 0; which < possible.length; which++) {
            double[] factors = new double[p.length];
            for (int branch = 0; branch < factors.length; branch++) {
                factors[branch] = isLeftOut(which, branch) ? 0 : 1 / (1 - p[branch]);
            }
            possible[which] = Arrays.stream(new PlainGpt(gpt).withBranchesTimes(factors).logits(one.data()))
                    .flatMapToDouble(Arrays::stream).toArray();
        }
        int[] leftOut = new int[p.length];
        int passesWithSeveral = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            int[] found = new int[BATCH];
            try (Scope step = Scope.open(); NoGrad off = NoGrad.open()) {
                float[] logits = gpt.logits(ids, Pass.training(new Rng(7, 1, pass))).data();
                for (int b = 0; b < BATCH; b++) {
                    found[b] = which(Arrays.copyOfRange(logits, b * BLOCK * VOCAB, (b + 1) * BLOCK * VOCAB), possible);
                }
            }
            for (int branch = 0; branch < p.length; branch++) {
                for (int which : found) {
                    leftOut[branch] += isLeftOut(which, branch) ? 1 : 0;
                }
            }
            passesWithSeveral += Arrays.stream(found).distinct().count() > 1 ? 1 : 0;
        }
        for (int branch = 0; branch < p.length; branch++) {
            double deviation = Math.sqrt(p[branch] * (1 - p[branch]) / (BATCH * PASSES));
            assertThat(leftOut[branch] / (double) (BATCH * PASSES)).as("branch %d", branch)
                    .isCloseTo(p[branch], within(4 * deviation));
        }
        assertThat(passesWithSeveral).isGreaterThan(PASSES / 2);
    }

    /** The first block's branches are always there. */
    private static boolean isLeftOut(int which, int branch) {
        return branch >= 2 && (which >> branch - 2 & 1) == 1;
    }

    private static int which(float[] logits, double[][] possible) {
        int nearest = -1;
        for (int which = 0; which < possible.length; which++) {
            double furthest = 0;
            for (int i = 0; i < logits.length; i++) {
                furthest = Math.max(furthest, Math.abs(logits[i] - possible[which][i]));
            }
            nearest = furthest < 1e-3 ? which : nearest;
        }
        assertThat(nearest).as("one of the models without some branches").isNotNegative();
        return nearest;
    }
}
