package inkhorn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatisticsTest {

    private static final double[] OURS = {1.0, 1.1, 0.9, 1.0, 2.0};
    private static final double[] THEIRS = {2.0, 2.2, 1.8, 2.0, 4.0};

    @Test
    void aRatioOfMediansLiesInItsInterval() {
        Statistics.Estimate ratio = Statistics.ratioOfMedians(OURS, THEIRS);
        assertThat(ratio.value()).isEqualTo(0.5);
        assertThat(ratio.low()).isLessThanOrEqualTo(0.5);
        assertThat(ratio.high()).isGreaterThanOrEqualTo(0.5);
    }

    @Test
    void aSlowMomentThatFallsOnBothDoesNotWidenTheInterval() {
        Statistics.Estimate ratio = Statistics.ratioOfMedians(OURS, THEIRS);
        assertThat(ratio.high() - ratio.low()).isLessThan(1e-9);
    }

    @Test
    void pairedRatiosDropWhatARoundHasInCommon() {
        assertThat(Statistics.medianOfRatios(new double[] {1, 10, 3}, new double[] {2, 20, 6})).isEqualTo(0.5);
    }
}
