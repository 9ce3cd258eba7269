package inkhorn.optim;

import static inkhorn.optim.LrSchedule.Decay.CONSTANT;
import static inkhorn.optim.LrSchedule.Decay.COSINE;
import static inkhorn.optim.LrSchedule.Decay.LINEAR;
import static inkhorn.optim.LrSchedule.Decay.WSD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LrScheduleTest {

    /** Computed by nanoGPT's get_lr with learning_rate 1e-3, min_lr 1e-4, warmup_iters 100, lr_decay_iters 2000. */
    @ParameterizedTest
    @CsvSource({"0, 9.900990099009902e-06", "50, 5.049504950495050e-04", "99, 9.900990099009901e-04", "100, 1e-3",
        "575, 8.681980515339464e-04", "1050, 5.5e-04", "1525, 2.318019484660536e-04", "2000, 1e-4", "2001, 1e-4"})
    void cosineEqualsNanoGpt(long step, double expected) {
        assertThat(new LrSchedule(COSINE, 1e-3, 1e-4, 100, 2000).at(step)).isCloseTo(expected, within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({"9, 0.9090909090909091", "10, 1", "60, 0.6", "110, 0.2", "111, 0.2"})
    void linearFallsInAStraightLine(long step, double expected) {
        assertThat(new LrSchedule(LINEAR, 1, 0.2, 10, 110).at(step)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"4, 0.8333333333333334", "5, 1", "1000000, 1"})
    void constantStaysAtThePeak(long step, double expected) {
        assertThat(new LrSchedule(CONSTANT, 1, 0.2, 5, 0).at(step)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"10, 1", "80, 1", "90, 0.6", "100, 0.2", "200, 0.2"})
    void wsdStaysAtThePeakUntilTheLastFifth(long step, double expected) {
        assertThat(new LrSchedule(WSD, 1, 0.2, 10, 100).at(step)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.25", "2, 0.75", "3, 1", "60, 1", "80, 0.5", "99, 0.025", "100, 0"})
    void wsdWithACooldownOfItsOwnIsATrapezoid(long step, double expected) {
        assertThat(new LrSchedule(WSD, 1, 0, 3, 100, 40).at(step)).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @EnumSource(LrSchedule.Decay.class)
    void withoutWarmupTheFirstStepIsThePeak(LrSchedule.Decay decay) {
        assertThat(new LrSchedule(decay, 1, 0.2, 0, 100).at(0)).isEqualTo(1);
    }

    @Test
    void aFloorAboveThePeakIsRefused() {
        assertThatThrownBy(() -> new LrSchedule(COSINE, 1e-3, 2e-3, 0, 10)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("min_lr must be at most lr, found 0.002 and 0.001");
    }

    @Test
    void aDecayThatEndsBeforeWarmupIsRefused() {
        assertThatThrownBy(() -> new LrSchedule(LINEAR, 1e-3, 1e-4, 20, 10))
                .hasMessage("lr_decay_iters must be at least warmup_iters, found 10 and 20");
    }
}
