package inkhorn.nn;

import static inkhorn.nn.Fixtures.VOCAB;
import static inkhorn.nn.Fixtures.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BigramTest {

    private final Bigram bigram = new Bigram(VOCAB, 8, new Rng(1));
    private final float[] table = bigram.namedParameters().get(0).tensor().data();

    @Test
    void logitsAreTheRowsOfTheTable() {
        Tensor logits = bigram.logits(IntTensor.of(new int[] {4, 0}, 1, 2), Pass.evaluation());
        assertThat(Arrays.copyOf(logits.data(), VOCAB)).isEqualTo(Arrays.copyOfRange(table, 4 * VOCAB, 5 * VOCAB));
    }

    @Test
    void logitsAtAPositionAreTheRowOfItsToken() {
        Tensor logits = bigram.logitsAt(IntTensor.of(new int[] {4, 0, 7}, 1, 3), new int[] {2}, Pass.evaluation());
        assertThat(logits.data()).isEqualTo(Arrays.copyOfRange(table, 7 * VOCAB, 8 * VOCAB));
    }

    @Test
    void theInitialLossIsThatOfAGuess() {
        assertThat(bigram.loss(ids(8, 8, 1), ids(8, 8, 2), Pass.evaluation()).item())
                .isCloseTo((float) Math.log(VOCAB), within(0.02f));
    }

    @Test
    void itLearnsWhatFollowsEachToken() {
        int[] ids = new int[VOCAB];
        int[] next = new int[VOCAB];
        for (int i = 0; i < VOCAB; i++) {
            ids[i] = i;
            next[i] = (i + 3) % VOCAB;
        }
        Bigram learner = new Bigram(VOCAB, VOCAB, new Rng(1));
        Fixtures.Training training = new Fixtures.Training(learner);
        float loss = Float.NaN;
        for (int step = 0; step < 100; step++) {
            try (Scope scope = Scope.open()) {
                loss = training.step(IntTensor.of(ids, 1, VOCAB), IntTensor.of(next, 1, VOCAB), 0.1f);
            }
        }
        assertThat(loss).isLessThan(0.05f);
    }
}
