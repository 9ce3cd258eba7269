package inkhorn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Rng;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {

    private static final int DRAWS = 100_000;
    private static final float[] LOGITS = {0.3f, -1.2f, 2.1f, 0.3f, -0.4f, 1.7f, 0.3f, -3f, 0.9f};

    @Test
    void greedyTakesTheLargestLogitAndTheLowestIdOfSeveral() {
        assertThat(Sampler.greedy().choose(new float[] {-1, 3, 2, 3}, 0.99)).isEqualTo(1);
    }

    @Test
    void aTemperatureOfZeroIsGreedy() {
        assertThat(Sampler.of(0, 3).choose(LOGITS, 0.999)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "0.7, 0", "1.5, 0", "1, 4", "0.8, 5", "2, 1", "1, 9", "1, 100"})
    void frequenciesAreThoseOfTheDefinition(double temperature, int topK) {
        double[] expected = definition(LOGITS, temperature, topK);
        long[] counts = new long[LOGITS.length];
        Sampler sampler = Sampler.of(temperature, topK);
        Rng draws = new Rng(20260101);
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.choose(LOGITS, draws.uniform(i))]++;
        }
        int[] possible = IntStream.range(0, expected.length).filter(id -> expected[id] > 0).toArray();
        for (int id = 0; id < expected.length; id++) {
            assertThat(counts[id] > 0).as("token " + id).isEqualTo(expected[id] > 0);
        }
        if (possible.length > 1) {
            double p = new ChiSquareTest()
                    .chiSquareTest(Arrays.stream(possible).mapToDouble(id -> expected[id]).toArray(),
                    Arrays.stream(possible).mapToLong(id -> counts[id]).toArray());
            assertThat(p).isGreaterThan(0.01);
        }
    }

    /** Each id's share of the unit interval begins where the shares of lower ids end. */
    @ParameterizedTest
    @CsvSource({"1, 0", "0.7, 3"})
    void theDrawIsLookedUpInTheCumulativeProbabilities(double temperature, int topK) {
        double[] expected = definition(LOGITS, temperature, topK);
        Sampler sampler = Sampler.of(temperature, topK);
        double from = 0;
        for (int id = 0; id < expected.length; id++) {
            if (expected[id] > 0) {
                assertThat(sampler.choose(LOGITS, from + 1e-9)).isEqualTo(id);
                assertThat(sampler.choose(LOGITS, from + expected[id] - 1e-9)).isEqualTo(id);
            }
            from += expected[id];
        }
    }

    @Test
    void topKKeepsTheLowestIdsOfATie() {
        Sampler sampler = Sampler.of(1, 4);
        assertThat(IntStream.range(0, 1000).map(i -> sampler.choose(LOGITS, i / 1000.0)).distinct())
                .containsExactlyInAnyOrder(2, 5, 8, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-9, 1e-300})
    void theSmallestTemperaturesComeDownToGreedy(double temperature) {
        assertThat(Sampler.of(temperature, 0).choose(LOGITS, 0.999)).isEqualTo(2);
    }

    @Test
    void aTokenWithoutProbabilityIsNeverChosen() {
        float[] logits = {Float.NEGATIVE_INFINITY, 0, Float.NEGATIVE_INFINITY};
        assertThat(List.of(Sampler.of(1, 0).choose(logits, 0), Sampler.of(1, 0).choose(logits, 1 - 0x1p-53)))
                .containsOnly(1);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void damagedLogitsAreAnError(float logit) {
        for (Sampler sampler : List.of(Sampler.greedy(), Sampler.of(1, 2))) {
            assertThatThrownBy(() -> sampler.choose(new float[] {0, 1, logit}, 0.5))
                    .isInstanceOf(NonFiniteLogitsException.class)
                    .hasMessageContainingAll(logit + " as the logit of token 2", "use an earlier checkpoint");
        }
    }

    @Test
    void optionsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> Sampler.of(-0.1, 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("temperature must be at least 0 and finite, found -0.1");
        assertThatThrownBy(() -> Sampler.of(1, -1))
                .hasMessage("top-k must be at least 1, or 0 for all tokens, found -1");
    }

    /** softmax(logits / temperature) over the k largest, written out. */
    private static double[] definition(float[] logits, double temperature, int topK) {
        List<Integer> ranked = IntStream.range(0, logits.length).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]).thenComparing(id -> id)).toList();
        List<Integer> kept = ranked.subList(0, topK == 0 ? logits.length : Math.min(topK, logits.length));
        double total = kept.stream().mapToDouble(id -> Math.exp(logits[id] / temperature)).sum();
        double[] p = new double[logits.length];
        kept.forEach(id -> p[id] = Math.exp(logits[id] / temperature) / total);
        return p;
    }
}
