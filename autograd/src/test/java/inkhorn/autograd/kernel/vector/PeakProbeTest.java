package inkhorn.autograd.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import inkhorn.autograd.kernel.vector.gemm.Tile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With a clock of the test's own: what is counted, and which rounds count. How fast this machine is, no test can know.
 */
final class PeakProbeTest {

    private static final double MILLISECOND = 1e-3;

    private long nanos;

    /**
     * A clock that a look at it moves by a millisecond, so that every round is taken for that long, and makes one call.
     */
    private long tick() {
        return nanos += 1_000_000;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCallIsFourProductsOfMicroKernelsOnEachThread(int threads) {
        try (PeakProbe probe = new PeakProbe(threads, this::tick)) {
            double flopsOfCall = 2.0 * 128 * Tile.quickest().size() * 4 * threads;
            assertThat(probe.flopsPerSecond(0.05)).isCloseTo(flopsOfCall / MILLISECOND, withinPercentage(0.1));
        }
    }

    @Test
    void anUpdateMovesThreeArraysOf64Mebibytes() {
        try (PeakProbe probe = new PeakProbe(2, this::tick)) {
            assertThat(probe.bytesPerSecond(0.01)).isCloseTo(3.0 * (64 << 20) / MILLISECOND, withinPercentage(0.1));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 256 << 10, 70 << 20})
    void readingCountsWholeChunksOf256Kibibytes(long bytes) {
        try (PeakProbe probe = new PeakProbe(2, this::tick)) {
            double read = Math.max(256 << 10, bytes);
            assertThat(probe.readBytesPerSecond(bytes, 0.01)).isCloseTo(read / MILLISECOND, withinPercentage(0.1));
        }
    }

    @Test
    void roundsTooShortForTheClockAreDoubledAndDoNotCount() {
        try (PeakProbe probe = new PeakProbe(1, () -> nanos)) {
            int[] most = {0};
            double rate = probe.callsPerSecond(0.05, calls -> {
                most[0] = Math.max(most[0], calls);
                nanos += calls * 1_000L + (calls < 256 ? 50_000 : 0);      // short rounds look slower than they are
            });
            assertThat(rate).isCloseTo(1e6, withinPercentage(0.1));
            assertThat(most[0]).isEqualTo(256);
        }
    }

    @Test
    void aStallInAFewRoundsDoesNotLowerThePeak() {
        try (PeakProbe probe = new PeakProbe(1, () -> nanos)) {
            int[] rounds = {0};
            double rate = probe.callsPerSecond(0.05,
                    calls -> nanos += calls * 250_000L * (rounds[0]++ % 3 == 0 ? 20 : 1));
            assertThat(rate).isCloseTo(4_000, withinPercentage(0.1));
        }
    }
}
