package inkhorn.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;

class RngTest {

    private static final int DRAWS = 100_000;
    /** Seeds are fixed, so a test that passes once passes always; below this a draw would be suspect. */
    private static final double SUSPECT = 0.001;

    private final Rng rng = new Rng(20_240_601, 5, 17);

    @Test
    void uniformDrawsFillTheirIntervalEvenly() {
        long[] counts = new long[64];
        for (int i = 0; i < DRAWS; i++) {
            double value = rng.uniform(i);
            assertThat(value >= 0 && value < 1).isTrue();
            counts[(int) (value * 64)]++;
        }
        assertThat(evenness(counts)).isGreaterThan(SUSPECT);
    }

    @Test
    void boundedDrawsAreEven() {
        long[] counts = new long[65];
        for (int i = 0; i < DRAWS; i++) {
            counts[(int) rng.below(65, i)]++;
        }
        assertThat(evenness(counts)).isGreaterThan(SUSPECT);
    }

    @Test
    void successiveDrawsAreIndependent() {
        long[] counts = new long[256];
        for (int i = 0; i < DRAWS; i++) {
            counts[(int) (16 * rng.uniform(i)) * 16 + (int) (16 * rng.uniform(i + 1))]++;
        }
        assertThat(evenness(counts)).isGreaterThan(SUSPECT);
    }

    @Test
    void theSameIndexInNeighbouringStreamsStepsAndSeedsIsIndependent() {
        long[][] counts = new long[3][256];
        for (int i = 0; i < DRAWS; i++) {
            int own = (int) (16 * new Rng(i, 1, 1).uniform(3)) * 16;
            counts[0][own + (int) (16 * new Rng(i + 1, 1, 1).uniform(3))]++;
            counts[1][own + (int) (16 * new Rng(i, 2, 1).uniform(3))]++;
            counts[2][own + (int) (16 * new Rng(i, 1, 2).uniform(3))]++;
        }
        for (long[] pairs : counts) {
            assertThat(evenness(pairs)).isGreaterThan(SUSPECT);
        }
    }

    private static double evenness(long[] counts) {
        double[] expected = new double[counts.length];
        Arrays.fill(expected, (double) DRAWS / counts.length);
        return new ChiSquareTest().chiSquareTest(expected, counts);
    }

    @Test
    void normalDrawsAreNormal() {
        double[] sample = new double[5_000];
        SummaryStatistics statistics = new SummaryStatistics();
        for (int i = 0; i < DRAWS; i++) {
            double value = rng.normal(i);
            statistics.addValue(value);
            if (i < sample.length) {
                sample[i] = value;
            }
        }
        assertThat(statistics.getMean()).isCloseTo(0, within(0.01));
        assertThat(statistics.getStandardDeviation()).isCloseTo(1, within(0.01));
        NormalDistribution standard = new NormalDistribution(null, 0, 1);
        assertThat(new KolmogorovSmirnovTest().kolmogorovSmirnovTest(standard, sample, false)).isGreaterThan(SUSPECT);
    }

    @Test
    void aDrawIsAPureFunctionOfSeedStreamStepAndIndex() {
        long last = rng.bits(99);
        assertThat(new Rng(20_240_601).stream(5).at(17).bits(99)).isEqualTo(last);
        Set<Long> others = new HashSet<>(List.of(last, rng.bits(98), rng.at(18).bits(99),
                rng.stream(6).bits(99), new Rng(20_240_602, 5, 17).bits(99), new Rng(20_240_601, 17, 5).bits(99)));
        assertThat(others).hasSize(6);
    }

    @Test
    void drawsStayWhatTheyWere() {
        // A change here would change every run and make old checkpoints resume differently.
        assertThat(new Rng(1, 2, 3).bits(4)).isEqualTo(784_958_188_270_140_166L);
        assertThat(new Rng(1, 2, 3).normal(4)).isEqualTo(-0.08428475155515953);
    }

    @Test
    void boundsReachTheirEnds() {
        assertThat(rng.below(1, 5)).isZero();
        long bound = 1L << 62;
        assertThat(rng.below(bound, 5)).isBetween(0L, bound - 1);
        assertThatThrownBy(() -> rng.below(0, 1)).hasMessage("rng: a bound must be positive, found 0");
    }
}
