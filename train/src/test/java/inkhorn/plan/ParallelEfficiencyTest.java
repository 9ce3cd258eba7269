package inkhorn.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.train.parallel.Link;
import org.junit.jupiter.api.Test;

/** Computed by hand: 25 million parameters are 100 MB, of which two processes send each other half. */
final class ParallelEfficiencyTest {

    /** 50 MB at 100 MB/s are 0.5 s; two thirds of a batch of 0.6 s are 0.4 s, of which 9 of 10 exchanges see 0.36 s. */
    @Test
    void whatTheBackwardPassDoesNotHideIsWaitedFor() {
        ParallelEfficiency slow = new ParallelEfficiency(0.6, 25_000_000, 10, new Link(0, 100e6));
        assertThat(slow.step(1, 1)).isEqualTo(0.6);
        assertThat(slow.step(2, 1)).isCloseTo(0.6 + (0.5 - 0.36) + 0.5, within(1e-12));
        assertThat(slow.efficiency(2, 1)).isCloseTo(0.6 / 1.24, within(1e-12));
        assertThat(slow.step(2, 4)).isCloseTo(2.4 + 0.14 + 0.5, within(1e-12));
    }

    /** 50 MB at 10 GB/s are 5 ms; the last of 10 exchanges begins when nothing hides it. */
    @Test
    void theLastExchangeAndTheWeightsAreNeverHidden() {
        ParallelEfficiency quick = new ParallelEfficiency(0.6, 25_000_000, 10, new Link(0, 10e9));
        assertThat(quick.step(2, 1)).isCloseTo(0.6 + 0.0005 + 0.005, within(1e-12));
    }

    /** 3/4 of 100 MB at 1 GB/s are 75 ms, and 10 exchanges of 1 ms each are 10 ms more. */
    @Test
    void eachExchangeTakesALatencyAndMoreProcessesSendMore() {
        ParallelEfficiency four = new ParallelEfficiency(0.6, 25_000_000, 10, new Link(1e-3, 1e9));
        assertThat(four.step(4, 1)).isCloseTo(0.6 + 0.0085 + 0.001 + 0.085, within(1e-12));
    }
}
