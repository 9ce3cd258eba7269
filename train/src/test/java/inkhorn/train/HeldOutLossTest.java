package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.data.EvalWindows;
import inkhorn.data.TokenFile;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Pass;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HeldOutLossTest {

    private static final int BLOCK = 4;
    private static final int VOCABULARY = 7;

    private final Gpt model = new Gpt(GptConfig.defaults().withNLayer(1).withNHead(2).withNEmbd(8).withBlockSize(BLOCK)
            .withVocabSize(VOCABULARY), new Rng(5));
    private final int[] ids = IntStream.range(0, 15).map(i -> i * i % VOCABULARY).toArray();

    @Test
    void meanAndIntervalAreThoseOfTheDefinition() {
        EvalWindows windows = new EvalWindows(TokenFile.of(ids), 2, BLOCK);      // 3 whole windows, and 2 predictions
        HeldOutLoss found = HeldOutLoss.of(Evaluation.of(model, windows), 0.5, done -> { });
        double[] means = new double[3];
        double sum = 0;
        for (int t = 0; t < 14; t++) {
            double loss = loss(t - t % BLOCK, t);
            sum += loss;
            if (t < 12) {
                means[t / BLOCK] += loss / BLOCK;
            }
        }
        double mean = (means[0] + means[1] + means[2]) / 3;
        double variance = 0;
        for (double m : means) {
            variance += (m - mean) * (m - mean) / 2;
        }
        assertThat(found.loss()).isCloseTo(sum / 14, within(1e-6));
        assertThat(found.halfWidth()).isCloseTo(4.302653 * Math.sqrt(variance / 3), within(1e-5));   // t of 2, 0.975
        assertThat(found.tokens()).isEqualTo(14);
        assertThat(found.blocks()).isEqualTo(3);
        assertThat(found.perplexity()).isCloseTo(Math.exp(sum / 14), within(1e-5));
        assertThat(found.bitsPerByte()).isCloseTo(sum / 14 * 0.5 / Math.log(2), within(1e-6));
    }

    @Test
    void aStrideOfOneGivesEveryTokenAllTheContextThereIs() {
        Evaluation evaluation = Evaluation.of(model, new EvalWindows(TokenFile.of(ids), 3, BLOCK, 1));
        double sum = 0;
        for (int t = 0; t < 14; t++) {
            sum += loss(Math.max(0, t - BLOCK + 1), t);
        }
        assertThat(evaluation.loss(done -> { })).isCloseTo(sum / 14, within(1e-6));
    }

    /** Of the token behind position {@code last}, from the logits of ids {@code first} to {@code last}, in doubles. */
    private double loss(int first, int last) {
        int[] context = Arrays.copyOfRange(ids, first, last + 1);
        try (NoGrad off = NoGrad.open()) {
            Tensor logits = model.logitsAt(IntTensor.of(context, 1, context.length), new int[] {context.length - 1},
                    Pass.evaluation());
            double total = 0;
            for (int v = 0; v < VOCABULARY; v++) {
                total += Math.exp(logits.data()[v]);
            }
            return Math.log(total) - logits.data()[ids[last + 1]];
        }
    }
}
