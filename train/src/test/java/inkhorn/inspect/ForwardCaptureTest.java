package inkhorn.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Pass;
import inkhorn.nn.Position;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ForwardCaptureTest {

    private static final int[] IDS = {3, 1, 4, 1, 5, 9, 2, 6, 5};

    private final Gpt gpt = Views.gpt(11);
    private final ForwardCapture capture = ForwardCapture.of(gpt, IDS);

    @Test
    void theLogitsAreTheModelsOwnToTheBit() {
        try (NoGrad off = NoGrad.open()) {
            assertThat(capture.logits())
                    .isEqualTo(gpt.logits(IntTensor.of(IDS, 1, IDS.length), Pass.evaluation()).data());
        }
    }

    @Test
    void everyRowOfTheSoftmaxAddsUpToOneAndSeesNothingBehindItself() {
        for (HeadStages head : heads(capture)) {
            for (int q = 0; q < IDS.length; q++) {
                assertThat(Arrays.stream(head.weights()[q]).sum()).isCloseTo(1, within(1e-12));
                for (int k = 0; k < IDS.length; k++) {
                    assertThat(head.weights()[q][k] > 0).isEqualTo(k <= q);
                    assertThat(head.masked()[q][k]).isEqualTo(k <= q ? head.scores()[q][k] : Double.NEGATIVE_INFINITY);
                }
            }
        }
    }

    @Test
    void theWeightedValuesAreWhatTheAttentionOpMadeInTheSamePass() {
        assertTheWeightedValuesAreTheOps(gpt, capture);
        assertThat(capture.head(0, 0).weights()).as("heads differ").isNotEqualTo(capture.head(0, 1).weights());
    }

    static List<GptConfig> ofOtherAttention() {
        GptConfig config = Views.gpt(11).gptConfig();
        return List.of(config.withPosition(Position.ROPE), config.withPosition(Position.ALIBI),
                config.withValueResidual(true), config.withQkNorm(true));
    }

    @ParameterizedTest
    @MethodSource("ofOtherAttention")
    void theWeightsAndValuesAreThoseOfTheAttentionOpWhateverIsDoneToThem(GptConfig config) {
        Gpt rotating = new Gpt(config, new Rng(3));
        rotating.namedParameters().forEach(p -> {
            for (int i = 0; i < p.tensor().size(); i++) {
                p.tensor().data()[i] *= p.tensor().shape().rank() < 2 ? 1 : 30;
            }
        });
        ForwardCapture rotated = ForwardCapture.of(rotating, IDS);
        assertThat(rotated.streams()).hasSize(Views.LAYERS + 1);
        assertTheWeightedValuesAreTheOps(rotating, rotated);
    }

    private static void assertTheWeightedValuesAreTheOps(Gpt gpt, ForwardCapture capture) {
        int size = gpt.gptConfig().headSize();
        for (HeadStages head : heads(capture)) {
            float[] mixed = capture.mixed().get(head.layer());
            for (int q = 0; q < IDS.length; q++) {
                for (int d = 0; d < size; d++) {
                    assertThat(head.output()[q][d])
                            .isCloseTo(mixed[q * gpt.gptConfig().nEmbd() + head.head() * size + d], within(1e-4));
                }
            }
        }
    }

    @Test
    void theLensAfterTheLastLayerIsTheModelsOwnPredictionAndThatBeforeIsNot() {
        List<List<LogitLens.Prediction>> lens = LogitLens.of(capture, 11);
        List<LogitLens.Prediction> output = LogitLens.output(capture, 11);
        assertThat(lens).hasSize(Views.LAYERS + 1);
        for (int t = 0; t < IDS.length; t++) {
            for (LogitLens.Candidate own : output.get(t).top()) {
                assertThat(lens.get(Views.LAYERS).get(t).top()).filteredOn(c -> c.id() == own.id()).singleElement()
                        .satisfies(c -> assertThat(c.logit()).isCloseTo(own.logit(), within(1e-3)));
            }
        }
        assertThat(lens.get(0)).isNotEqualTo(lens.get(Views.LAYERS));
    }

    @Test
    void candidatesStandInOrderAndTheTokenThatFollowsHasItsRank() {
        for (int t = 0; t < IDS.length; t++) {
            LogitLens.Prediction all = LogitLens.output(capture, 11).get(t);
            float[] row = Arrays.copyOfRange(capture.logits(), t * 11, (t + 1) * 11);
            assertThat(all.top().stream().mapToDouble(LogitLens.Candidate::probability).sum())
                    .isCloseTo(1, within(1e-9));
            assertThat(all.top()).isSortedAccordingTo((a, b) -> Double.compare(b.logit(), a.logit()));
            assertThat(LogitLens.output(capture, 3).get(t).top()).isEqualTo(all.top().subList(0, 3));
            if (t + 1 < IDS.length) {
                int better = 0;
                for (float logit : row) {
                    better += logit > row[IDS[t + 1]] ? 1 : 0;
                }
                assertThat(all.nextRank()).isEqualTo(better + 1);
                assertThat(all.next().id()).isEqualTo(IDS[t + 1]);
            } else {
                assertThat(all.next()).isNull();
            }
        }
    }

    private static List<HeadStages> heads(ForwardCapture capture) {
        return List.of(capture.head(0, 0), capture.head(0, 2), capture.head(1, 1));
    }
}
