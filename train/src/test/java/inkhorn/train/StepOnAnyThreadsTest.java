package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import inkhorn.optim.GradClip;
import inkhorn.optim.Optimizer;
import inkhorn.optim.Optimizers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forward, backward, clip and update of a GPT: the same bits on any number of threads. */
class StepOnAnyThreadsTest {

    private static final int VOCAB = 65;
    private static final int BATCH = 3;
    private static final int TIME = 50;

    @AfterAll
    static void putTheUsualKernelsBack() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @ParameterizedTest
    @CsvSource({"24, ADAMW", "384, ADAMW", "24, LION", "24, MUON", "384, MUON"})
    void twoStepsGiveTheSameBitsOnOneTwoThreeAndFiveThreads(int channels, Optimizers kind) {
        List<float[]> expected = afterTwoSteps(channels, kind, 1);
        for (int threads : new int[] {2, 3, 5}) {
            List<float[]> found = afterTwoSteps(channels, kind, threads);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(found.get(i)).as("array %d on %d threads", i, threads).isEqualTo(expected.get(i));
            }
        }
    }

    /** The losses, then each parameter and its gradient. */
    private static List<float[]> afterTwoSteps(int channels, Optimizers kind, int threads) {
        KernelProvider.choose("vector", threads);
        Gpt gpt = new Gpt(GptConfig.defaults().withVocabSize(VOCAB).withBlockSize(TIME).withNLayer(2)
                .withNHead(6).withNEmbd(channels).withDropout(0.2).withBias(true), new Rng(1));
        List<Parameter> parameters = gpt.namedParameters();
        Optimizer optimizer = kind.create(parameters, kind.defaults());
        float[] losses = new float[2];
        for (int step = 0; step < losses.length; step++) {
            try (Scope scope = Scope.open()) {
                optimizer.zeroGrad();
                Tensor loss = gpt.loss(tokens(2 * step), tokens(2 * step + 1), Pass.training(new Rng(3).at(step)));
                losses[step] = loss.item();
                Backward.from(loss, Backward.Keep.NOTHING);
                optimizer.step(1e-3, GradClip.of(parameters, 1).factor());
            }
        }
        List<float[]> arrays = new ArrayList<>(List.of(losses));
        parameters.forEach(p -> arrays.addAll(List.of(p.tensor().data(), p.tensor().grad())));
        return arrays;
    }

    private static IntTensor tokens(int seed) {
        int[] tokens = new int[BATCH * TIME];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) new Rng(seed).below(VOCAB, i);
        }
        return IntTensor.of(tokens, BATCH, TIME);
    }
}
