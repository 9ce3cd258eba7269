package inkhorn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Forward, backward, clip and update together, as a trainer does them. */
class AdamWTrainingStepTest {

    private static final int VOCAB = 13;
    private static final int TIME = 8;

    private final Gpt gpt = new Gpt(
            GptConfig.defaults().withVocabSize(VOCAB).withBlockSize(TIME).withNLayer(2).withNHead(2)
                    .withNEmbd(16).withDropout(0.1).withBias(true), new Rng(1));
    private final List<Parameter> parameters = gpt.namedParameters();

    @Test
    void aTrainingStepHoldsNoMoreMemoryThanTheSecondDid() {
        AdamW adamW = new AdamW(parameters, new Hyperparameters(0.9, 0.95, 1e-8, 0.1));
        try (Scope run = Scope.open()) {
            long afterTwo = 0;
            for (int step = 1; step <= 20; step++) {
                try (Scope scope = Scope.open()) {
                    adamW.zeroGrad();
                    Backward.from(loss(4, 0, Pass.training(new Rng(3).at(step))), Backward.Keep.NOTHING);
                    adamW.step(1e-3, GradClip.of(parameters, 1).factor());
                }
                afterTwo = step == 2 ? run.heldBytes() : afterTwo;
            }
            assertThat(run.heldBytes()).isPositive().isEqualTo(afterTwo);
        }
    }

    /** Each part's loss has the seed gradient 1 / parts, so that the sum over parts is the mean. */
    @Test
    void gradientsAccumulatedOverPartsOfABatchEqualThoseOfTheWhole() {
        loss(4, 0, Pass.evaluation()).backward();
        List<float[]> whole = parameters.stream().map(p -> p.tensor().grad().clone()).toList();
        parameters.forEach(p -> p.tensor().zeroGrad());
        for (int part = 0; part < 4; part++) {
            Backward.from(loss(1, part, Pass.evaluation()), new float[] {1 / 4f}, Backward.Keep.NOTHING);
        }
        for (int i = 0; i < parameters.size(); i++) {
            assertThat(parameters.get(i).tensor().grad()).as(parameters.get(i).name())
                    .containsExactly(whole.get(i), within(1e-6f));
        }
    }

    /** The loss over sequences {@code from …} of one fixed batch. */
    private Tensor loss(int sequences, int from, Pass pass) {
        int[] tokens = new int[2 * 4 * TIME];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) new Rng(9).below(VOCAB, i);
        }
        int[] ids = Arrays.copyOfRange(tokens, from * TIME, (from + sequences) * TIME);
        int[] targets = Arrays.copyOfRange(tokens, (4 + from) * TIME, (4 + from + sequences) * TIME);
        return gpt.loss(IntTensor.of(ids, sequences, TIME), IntTensor.of(targets, sequences, TIME), pass);
    }
}
