package inkhorn.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.sweep.Halving.Rung;
import org.junit.jupiter.api.Test;

final class HalvingTest {

    @Test
    void aThirdGoesOnThreeTimesAsFar() {
        assertThat(new Halving(3, 100).rungs(27, 2700, 50)).containsExactly(new Rung(100, 27), new Rung(300, 9),
                new Rung(900, 3), new Rung(2700, 1));
    }

    @Test
    void theLastOneOfFewIsTrainedToTheEndAtOnce() {
        assertThat(new Halving(2, 10).rungs(5, 1000, 10)).containsExactly(new Rung(10, 5), new Rung(20, 2),
                new Rung(1000, 1));
    }

    @Test
    void severalComeToTheEndWhereThereIsNoFurtherChoice() {
        assertThat(new Halving(2, 100).rungs(16, 300, 100)).containsExactly(new Rung(100, 16), new Rung(200, 8),
                new Rung(300, 4));
    }

    @Test
    void choicesAreMadeAtEvaluations() {
        assertThat(new Halving(3, 120).rungs(9, 2000, 250)).containsExactly(new Rung(250, 9), new Rung(500, 3),
                new Rung(2000, 1));
        assertThat(new Halving(2, 10).rungs(8, 1000, 100)).as("10, 20, 40 and 80 are one choice at 100")
                .containsExactly(new Rung(100, 8), new Rung(200, 4), new Rung(400, 2), new Rung(1000, 1));
    }

    @Test
    void oneRunHasNothingToBeChosen() {
        assertThat(new Halving(2, 10).rungs(1, 100, 10)).containsExactly(new Rung(100, 1));
    }
}
