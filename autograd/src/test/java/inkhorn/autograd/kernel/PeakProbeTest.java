package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PeakProbeTest {

    @Test
    void aPeakIsPlausibleOnABusyMachineToo() {
        for (int threads = 1; threads <= 2; threads++) {
            try (PeakProbe probe = new PeakProbe(threads)) {
                assertThat(probe.flopsPerSecond(0.05)).isBetween(1e6, 1e13);
                assertThat(probe.bytesPerSecond(0.05)).isBetween(1e6, 1e13);
            }
        }
    }

    @Test
    void readingIsPlausibleToo() {
        try (PeakProbe probe = new PeakProbe(2)) {
            assertThat(probe.readBytesPerSecond(1, 0.05)).isBetween(1e6, 1e13);
            assertThat(probe.readBytesPerSecond(70 << 20, 0.05)).isBetween(1e6, 1e13);
        }
    }
}
