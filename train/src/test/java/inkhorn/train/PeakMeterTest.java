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
    void theProbeWaitsForThreeStepsAndThreeSecondsAndRunsOnceWhereNoStepExceedsIt() {
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

    @Test
    void aStepFasterThanThePeakHasNoShareAndThePeakIsMeasuredAgainAfterTenSeconds() {
        double[] peaks = {1e10, 4e10};
        PeakMeter meter = new PeakMeter(() -> 1e6, () -> peaks[probed.getAndIncrement()], clock::get);
        assertThat(run(meter, 4, SECOND)).isEqualTo(1);
        assertThat(meter.share(5000)).isEqualTo(0.5);
        assertThat(meter.share(30_000)).isNaN();
        assertThat(meter.share(5000)).isNaN();
        assertThat(run(meter, 9, SECOND)).isZero();
        assertThat(run(meter, 2, SECOND)).isEqualTo(1);
        assertThat(meter.share(30_000)).isEqualTo(0.75);
        assertThat(probed).hasValue(2);
    }

    @Test
    void aMachineThatStaysBusyIsMeasuredAtIntervalsThatDouble() {
        PeakMeter meter = meter(1e6);
        run(meter, 4, SECOND);
        assertThat(meter.share(1e6)).isNaN();
        assertThat(run(meter, 300, SECOND)).isZero();
        assertThat(probed).hasValue(1 + 4);
        assertThat(meter.flopsPerSecond()).isNaN();
    }

    @Test
    void aStepBeforeTheMeasurementCountsAmongTheFastest() {
        PeakMeter meter = meter(1e6);
        meter.share(50_000);
        assertThat(run(meter, 4, SECOND)).isZero();
        assertThat(probed).hasValue(1);
        assertThat(meter.share(100)).isNaN();
    }

    private PeakMeter meter(double flopsPerToken) {
        return new PeakMeter(() -> flopsPerToken, () -> {
            probed.incrementAndGet();
            return 4e10;
        }, clock::get);
    }

    /** How often the peak becomes known before so many steps of that length. */
    private int run(PeakMeter meter, int steps, long nanos) {
        int measured = 0;
        for (int i = 0; i < steps; i++) {
            measured += meter.measureIfDue() ? 1 : 0;
            clock.addAndGet(nanos);
        }
        return measured;
    }
}
