package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;

class CounterRandomTest {

    /** What the reference SplitMix64 returns one after the other when its state starts at this seed. */
    private static final long REFERENCE_SEED = 1234567;
    private static final String[] REFERENCE = {"6457827717110365317", "3203168211198807973", "9817491932198370423",
        "4593380528125082431", "16408922859458223821"};

    @Test
    void wordsOfAKeyAreTheSequenceOfSplitMix64WithThatSeed() {
        for (int i = 0; i < REFERENCE.length; i++) {
            assertThat(Long.toUnsignedString(CounterRandom.bits64(REFERENCE_SEED, i))).isEqualTo(REFERENCE[i]);
        }
    }

    @Test
    void thirtyTwoBitDrawsAreTheHalvesOfAWordTheLowerFirst() {
        long word = Long.parseUnsignedLong(REFERENCE[3]);
        assertThat(CounterRandom.bits32(REFERENCE_SEED, 6)).isEqualTo((int) word);
        assertThat(CounterRandom.bits32(REFERENCE_SEED, 7)).isEqualTo((int) (word >>> 32));
    }

    @Test
    void drawsDoNotDependOnWhatWasDrawnBefore() {
        int late = CounterRandom.bits32(42, 1L << 40);
        for (int i = 0; i < 1000; i++) {
            CounterRandom.bits32(42, i);
        }
        assertThat(CounterRandom.bits32(42, 1L << 40)).isEqualTo(late);
    }

    @Test
    void keysOfSmallNumbersAllDiffer() {
        long keys = LongStream.range(0, 8000)
                .map(i -> CounterRandom.key(i / 400, i / 20 % 20, i % 20)).distinct().count();
        assertThat(keys).isEqualTo(8000);
    }

    @Test
    void everyByteOfADrawIsEven() {
        for (int shift = 0; shift < 32; shift += 8) {
            long[] counts = new long[256];
            for (int i = 0; i < 256_000; i++) {
                counts[CounterRandom.bits32(7, i) >>> shift & 255]++;
            }
            double[] expected = new double[256];
            Arrays.fill(expected, 1000);
            assertThat(new ChiSquareTest().chiSquareTest(expected, counts)).isGreaterThan(0.001);
        }
    }

    @Test
    void theThresholdOfAProbabilityIsItsShareOfAllDraws() {
        assertThat(CounterRandom.dropBelow(0)).isZero();
        assertThat(CounterRandom.dropBelow(0.25f)).isEqualTo(1 << 30);
        assertThat(CounterRandom.dropBelow(0.5f)).isEqualTo(Integer.MIN_VALUE);
        assertThat(CounterRandom.dropBelow(Math.nextDown(1f))).isEqualTo(0xFFFFFF00);
    }

    @Test
    void dropoutKeepsItsShare() {
        int draws = 200_000;
        for (float p : new float[] {0, 0.1f, 0.5f, 0.9f}) {
            int kept = 0;
            for (int i = 0; i < draws; i++) {
                kept += CounterRandom.keeps(3, i, CounterRandom.dropBelow(p)) ? 1 : 0;
            }
            double expected = draws * (1 - (double) p);
            assertThat((double) kept).isCloseTo(expected, within(4 * Math.sqrt(draws * p * (1 - p)) + 1e-6 * draws));
        }
    }

    @Test
    void everyWeightOfAttentionHasADrawOfItsOwn() {
        AttentionShape shape = new AttentionShape(2, 35, 3, 3, 1);
        Set<Long> draws = new HashSet<>();
        for (int b = 0; b < 2; b++) {
            for (int h = 0; h < 3; h++) {
                for (int q = 0; q < 35; q++) {
                    for (int k = 0; k < 35; k++) {
                        assertThat(draws.add(shape.draw(b, h, q, k))).isTrue();
                    }
                }
            }
        }
    }
}
