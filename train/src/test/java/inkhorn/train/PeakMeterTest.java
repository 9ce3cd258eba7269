package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PeakMeterTest {

    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(7 * SECOND);
    private final AtomicInteger probed = new AtomicInteger();

    @Test
    void aShareIsOperationsDoneOverOperationsPossible() {
        PeakMeter meter = meter(2e6);
        assertThat(meter.share(10_000)).isNaN();
        run(meter, 4, 2 * SECOND);
        assertThat(meter.flopsPerSecond()).isEqualTo(4e10);
        assertThat(meter.share(10_000)).isEqualTo(0.5);
    }

    @Test
    void theProbeWaitsForThreeStepsAndThreeSecondsAndRunsOnce() {
        PeakMeter slowSteps = meter(1);
        assertThat(run(slowSteps, 3, 10 * SECOND)).isZero();
        assertThat(run(slowSteps, 1, 10 * SECOND)).isEqualTo(1);
        assertThat(run(slowSteps, 5, 10 * SECOND)).isZero();
        PeakMeter fastSteps = meter(1);
        assertThat(run(fastSteps, 30, SECOND / 10)).isZero();
        assertThat(run(fastSteps, 1, SECOND / 10)).isEqualTo(1);
        assertThat(probed).hasValue(2);
    }

    @Test
    void whatMultipliesNothingHasNoShareAndIsNotProbedFor() {
        PeakMeter bigram = meter(0);
        assertThat(run(bigram, 10, 10 * SECOND)).isZero();
        assertThat(bigram.share(1000)).isNaN();
        assertThat(PeakMeter.none().share(1000)).isNaN();
        assertThat(probed).hasValue(0);
    }

    private PeakMeter meter(double flopsPerToken) {
        return new PeakMeter(flopsPerToken, () -> {
            probed.incrementAndGet();
            return 4e10;
        }, clock::get);
    }

    /** How often the meter measures before so many steps of that length. */
    private int run(PeakMeter meter, int steps, long nanos) {
        int measured = 0;
        for (int i = 0; i < steps; i++) {
            measured += meter.measureOnceWarm() ? 1 : 0;
            clock.addAndGet(nanos);
        }
        return measured;
    }
}
