package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PeakProbeTest {

    @Test
    void aPeakIsPlausibleOnABusyMachineToo() {
        PeakProbe.Peak peak = PeakProbe.measure(2, 0.15);
        assertThat(peak.threads()).isEqualTo(2);
        assertThat(peak.flopsOfOne()).isBetween(1e6, 1e13);
        assertThat(peak.flopsOfAll()).isBetween(1e6, 1e13);
        assertThat(peak.bytesPerSecond()).isBetween(1e6, 1e13);
    }

    @Test
    void readingIsPlausibleToo() {
        try (PeakProbe probe = new PeakProbe(2)) {
            assertThat(probe.readBytesPerSecond(1, 0.05)).isBetween(1e6, 1e13);
            assertThat(probe.readBytesPerSecond(70 << 20, 0.05)).isBetween(1e6, 1e13);
        }
    }

    @Test
    void withOneThreadAllAreOne() {
        PeakProbe.Peak peak = PeakProbe.measure(1, 0.15);
        assertThat(peak.flopsOfAll()).isEqualTo(peak.flopsOfOne());
    }
}
