package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PeakProbeTest {

    @Test
    void aPeakIsPlausible() {
        PeakProbe.Peak peak = PeakProbe.measure(2, 0.3);
        assertThat(peak.threads()).isEqualTo(2);
        assertThat(peak.flopsOfOne()).isBetween(1e8, 1e13);
        assertThat(peak.flopsOfAll()).isBetween(1e8, 1e13);
        assertThat(peak.bytesPerSecond()).isBetween(1e8, 1e13);
    }

    @Test
    void theTimeGivenIsKept() {
        try (PeakProbe probe = new PeakProbe(1)) {
            probe.flopsPerSecond(0.2);     // compiled by now
            long before = System.nanoTime();
            probe.flopsPerSecond(0.2);
            assertThat((System.nanoTime() - before) * 1e-9).isBetween(0.15, 2.0);
        }
    }
}
