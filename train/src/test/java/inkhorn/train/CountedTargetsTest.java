package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.CrossEntropy;
import inkhorn.data.Batch;
import inkhorn.data.Examples;
import inkhorn.data.TokenFile;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import inkhorn.optim.AdamW;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Which targets a step learns from, and with what weight. */
final class CountedTargetsTest {

    private static final int VOCABULARY = 11;

    /** Completions of 1, 4 and 2 tokens. */
    private final Examples examples = new Examples(
            TokenFile.of(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2}), TokenFile.of(new int[] {2, 1, 1, 4, 2, 2}));

    @Test
    void logitsOfPromptAndPaddingHaveNoGradient() {
        Batch batch = examples.inOrder(3, 16).batch(0);
        Rng rng = new Rng(3);
        float[] values = new float[batch.inputs().length * VOCABULARY];
        for (int i = 0; i < values.length; i++) {
            values[i] = rng.below(1000, i) * 0.002f - 1;
        }
        Tensor logits = Tensor.variable(values, batch.batchSize(), batch.blockSize(), VOCABULARY);
        Tensor loss = CrossEntropy.apply(logits, IntTensor.of(batch.targets(), batch.batchSize(), batch.blockSize()));
        Backward.from(loss, Backward.Keep.NOTHING);
        double sum = 0;
        for (int row = 0; row < batch.targets().length; row++) {
            double total = 0;
            for (int v = 0; v < VOCABULARY; v++) {
                total += Math.exp(values[row * VOCABULARY + v]);
            }
            int target = batch.targets()[row];
            sum -= target < 0 ? 0 : values[row * VOCABULARY + target] - Math.log(total);
            for (int v = 0; v < VOCABULARY; v++) {
                double expected = target < 0 ? 0
                        : (Math.exp(values[row * VOCABULARY + v]) / total - (v == target ? 1 : 0)) / 7;
                assertThat((double) logits.grad()[row * VOCABULARY + v]).isCloseTo(expected, within(1e-7));
            }
        }
        assertThat((double) loss.item()).isCloseTo(sum / 7, within(1e-6));
    }

    @Test
    void microBatchesWeighByTheirTargetsSoThatAStepIsThatOfOneLargeBatch() {
        Batch whole = examples.inOrder(3, 16).batch(0);
        int time = whole.blockSize();
        Batch[] parts = new Batch[3];
        for (int i = 0; i < 3; i++) {
            parts[i] = new Batch(Arrays.copyOfRange(whole.inputs(), i * time, (i + 1) * time),
                    Arrays.copyOfRange(whole.targets(), i * time, (i + 1) * time), 1, time);
        }
        Gpt one = model();
        Gpt three = model();
        TrainStep.Result together = step(one, whole);
        TrainStep.Result apart = step(three, parts);
        assertThat(apart.loss()).isCloseTo(together.loss(), within(1e-6));
        assertThat(apart.gradNorm()).isCloseTo(together.gradNorm(), within(1e-5));
        for (int i = 0; i < one.namedParameters().size(); i++) {
            Parameter expected = one.namedParameters().get(i);
            assertThat(three.namedParameters().get(i).tensor().grad()).as(expected.name())
                    .containsExactly(expected.tensor().grad(), within(1e-5f));
        }
    }

    private static TrainStep.Result step(Gpt model, Batch... batches) {
        return new TrainStep(model, new AdamW(model.namedParameters()), step -> 0, 0, 1).run(0, batches);
    }

    private static Gpt model() {
        return new Gpt(GptConfig.defaults().withVocabSize(VOCABULARY).withBlockSize(8).withNLayer(1).withNHead(2)
                .withNEmbd(8), new Rng(5));
    }
}
