package inkhorn.nn;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Rng;
import org.junit.jupiter.api.Test;

class PassTest {

    @Test
    void everySiteOfATrainingPassHasItsOwnStreamInTheOrderOfCalls() {
        Pass pass = Pass.training(new Rng(1).at(2));
        Rng first = pass.nextSite();
        Rng second = pass.nextSite();
        Pass again = Pass.training(new Rng(1).at(2));
        assertThat(first).isNotEqualTo(second).isEqualTo(again.nextSite());
        assertThat(second).isEqualTo(again.nextSite());
    }

    @Test
    void passesOfOtherStreamsShareNoSite() {
        assertThat(Pass.training(new Rng(1).stream(8)).nextSite())
                .isNotEqualTo(Pass.training(new Rng(1).stream(9)).nextSite());
    }

    @Test
    void evaluationHasNoRandomNumbers() {
        assertThat(Pass.evaluation().isTraining()).isFalse();
        assertThat(Pass.evaluation().nextSite()).isNull();
    }
}
