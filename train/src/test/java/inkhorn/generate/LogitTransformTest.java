package inkhorn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Rng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the definitions, written out in double arithmetic over all subsets or texts. */
class LogitTransformTest {

    private static final int DRAWS = 100_000;
    private static final int VOCABULARY = 7;

    /** Distributions with ties, as {@link TinyModel} makes quarters. */
    private final List<float[]> distributions = IntStream.range(0, 200)
            .mapToObj(i -> new TinyModel(VOCABULARY, 8, 3).logitsAfter(i)).toList();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void topKKeepsTheKLikeliest(int k) {
        for (float[] logits : distributions) {
            assertThat(kept(LogitTransform.topK(k), logits))
                    .isEqualTo(new TreeSet<>(likeliestFirst(logits).subList(0, Math.min(k, VOCABULARY))));
        }
    }

    /** Of all subsets that hold enough, the fewest tokens; of those the likeliest; of those the lowest ids. */
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.3, 0.6, 0.9, 0.999, 1})
    void topPKeepsTheSmallestLikeliestSetOfEnoughProbability(double p) {
        for (float[] logits : distributions) {
            double[] probability = softmax(logits);
            Comparator<Set<Integer>> best = Comparator.<Set<Integer>>comparingInt(Set::size)
                    .thenComparing(set -> -Math.rint(mass(set, probability) * 1e12))
                    .thenComparing(set -> set.stream().map(String::valueOf).collect(Collectors.joining()));
            Set<Integer> nucleus = p == 1 ? everything() : subsets().stream()
                    .filter(set -> mass(set, probability) >= p - 1e-12).min(best).orElseThrow();
            assertThat(kept(LogitTransform.topP(p), logits)).isEqualTo(nucleus);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.05, 0.3, 1})
    void minPKeepsWhatIsLikelyBesideTheLikeliest(double p) {
        for (float[] logits : distributions) {
            double[] probability = softmax(logits);
            double largest = Arrays.stream(probability).max().orElseThrow();
            assertThat(kept(LogitTransform.minP(p), logits)).isEqualTo(
                    ids(id -> probability[id] >= p * largest * (1 - 1e-12)));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.2, 0.5, 0.9, 1})
    void typicalKeepsWhatIsNearestToTheEntropy(double p) {
        for (float[] logits : distributions) {
            double[] probability = softmax(logits);
            double entropy = -Arrays.stream(probability).map(x -> x * Math.log(x)).sum();
            List<Integer> order = IntStream.range(0, VOCABULARY).boxed().sorted(Comparator
                    .comparingDouble((Integer id) -> Math.rint(Math.abs(-Math.log(probability[id]) - entropy) * 1e10))
                    .thenComparing(id -> id)).toList();
            Set<Integer> typical = new TreeSet<>();
            for (int i = 0; i < VOCABULARY && mass(typical, probability) < p - 1e-12; i++) {
                typical.add(order.get(i));
            }
            assertThat(kept(LogitTransform.typical(p), logits)).isEqualTo(typical);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1, 0, 1", "0.7, 5, 0.8, 0, 1", "1.4, 0, 0.9, 0.1, 1", "0.8, 6, 1, 0.05, 0.9", "2, 0, 1, 0, 0.5",
        "1, 1, 1, 0, 1"})
    void frequenciesOfDrawsAreThoseOfTheDefinition(double temperature, int topK, double topP, double minP,
    double typicalP) {
        float[] logits = {0.3f, -1.2f, 2.1f, 0.4f, -0.4f, 1.7f, 0.9f};
        double[] scores = IntStream.range(0, logits.length).mapToDouble(id -> logits[id] / temperature).toArray();
        Set<Integer> kept = everything();
        kept = topK == 0 ? kept : only(kept, kept(LogitTransform.topK(topK), scores));
        for (LogitTransform next : List.of(LogitTransform.topP(topP), LogitTransform.minP(minP),
                LogitTransform.typical(typicalP))) {
            Set<Integer> before = kept;
            kept = only(before, kept(next, IntStream.range(0, VOCABULARY)
                    .mapToDouble(id -> before.contains(id) ? scores[id] : Double.NEGATIVE_INFINITY).toArray()));
        }
        int[] possible = kept.stream().mapToInt(id -> id).toArray();
        long[] counts = new long[logits.length];
        Sampler sampler = Sampler.drawing(Penalties.NONE, new Warping(temperature, topK, topP, minP, typicalP));
        Rng draws = new Rng(7);
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.choose(logits, draws.uniform(i))]++;
        }
        assertThat(Arrays.stream(possible).mapToLong(id -> counts[id]).sum()).isEqualTo(DRAWS);
        if (possible.length > 1) {
            double pValue = new ChiSquareTest()
                    .chiSquareTest(Arrays.stream(possible).mapToDouble(id -> Math.exp(scores[id])).toArray(),
                    Arrays.stream(possible).mapToLong(id -> counts[id]).toArray());
            assertThat(pValue).isGreaterThan(0.01);
        }
    }

    @Test
    void aRepetitionPenaltyPullsTokensOfPromptAndTextTowardsUnlikely() {
        assertThat(after(LogitTransform.repetitionPenalty(2), new TextSoFar(new int[] {0, 1, 1}, 2), 3, -3, 5))
                .containsExactly(1.5, -6, 5);
    }

    @Test
    void aPresencePenaltyIsSubtractedOnceFromTokensWrittenAfterThePrompt() {
        assertThat(after(LogitTransform.presencePenalty(2), new TextSoFar(new int[] {0, 1, 1}, 1), 3, -3, 5))
                .containsExactly(3, -5, 5);
    }

    @Test
    void penaltiesComeBeforeWarpingAndTheRepetitionPenaltyBeforeThePresencePenalty() {
        TextSoFar text = new TextSoFar(new int[] {0, 1}, 1);
        double[] scores = after(new Penalties(2, 1, 0).transform().then(new Warping(0.5, 2, 1, 0, 1).transform()),
                text, 3, 4, 2);
        // 3/2, 4/2 - 1, 2; then relative to the largest, twice; then two of three
        assertThat(scores).containsExactly(-1, Double.NEGATIVE_INFINITY, 0);
    }

    /**
     * Every greedy text of a tiny model: no run of n tokens stands in it twice, and no token was passed over for
     * nothing.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void noRunOfNTokensIsWrittenTwice(int n) {
        for (int seed = 0; seed < 40; seed++) {
            TinyModel model = new TinyModel(4, 40, seed);
            List<Integer> text = new ArrayList<>(List.of(0, 1));
            Generator generator = new Generator(model, Sampler.greedy(LogitTransform.noRepeatNgram(n)), 0);
            FinishReason reason = generator.generate(new int[] {0, 1}, Limits.ofTokens(25), 0, (id, logits) -> {
                List<Integer> ranked = likeliestFirst(logits);
                for (int better : ranked.subList(0, ranked.indexOf(id))) {
                    assertThat(repeats(plus(text, better), n)).isTrue();
                }
                text.add(id);
                assertThat(repeats(text, n)).isFalse();
                return true;
            });
            assertThat(reason == FinishReason.EXHAUSTED).isEqualTo(text.size() < 27);
        }
    }

    @Test
    void valuesOutOfRangeAreNamed() {
        assertThatThrownBy(() -> LogitTransform.topP(1.5)).hasMessage("top-p must be above 0 and at most 1, found 1.5");
        assertThatThrownBy(() -> LogitTransform.typical(0))
                .hasMessage("typical-p must be above 0 and at most 1, found 0.0");
        assertThatThrownBy(() -> LogitTransform.minP(-1)).hasMessage("min-p must be between 0 and 1, found -1.0");
        assertThatThrownBy(() -> LogitTransform.repetitionPenalty(0))
                .hasMessage("repetition penalty must be above 0 and finite, found 0.0");
        assertThatThrownBy(() -> Beams.ofWidth(0)).hasMessage("beam must be at least 1, found 0");
    }

    /** A long vocabulary takes another way to the k-th largest than a short one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 50, 1023, 1024, 1025, 2999})
    void theKLargestOfManyAreThoseOfASortedList(int k) {
        float[] logits = new float[3000];
        for (int id = 0; id < logits.length; id++) {
            logits[id] = new Rng(5).below(400, id);
        }
        assertThat(kept(LogitTransform.topK(k), logits)).isEqualTo(new TreeSet<>(likeliestFirst(logits).subList(0, k)));
    }

    private static Set<Integer> kept(LogitTransform transform, float[] logits) {
        return kept(transform, IntStream.range(0, logits.length).mapToDouble(id -> logits[id]).toArray());
    }

    private static Set<Integer> kept(LogitTransform transform, double[] scores) {
        double[] changed = scores.clone();
        transform.apply(changed, TextSoFar.NONE);
        return IntStream.range(0, changed.length).filter(id -> changed[id] != Double.NEGATIVE_INFINITY).boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static double[] after(LogitTransform transform, TextSoFar text, double... scores) {
        transform.apply(scores, text);
        return scores;
    }

    private static Set<Integer> only(Set<Integer> a, Set<Integer> b) {
        return a.stream().filter(b::contains).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Integer> likeliestFirst(float[] logits) {
        return IntStream.range(0, logits.length).boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -logits[id]).thenComparing(id -> id)).toList();
    }

    private static double[] softmax(float[] logits) {
        double[] weights = IntStream.range(0, logits.length).mapToDouble(id -> Math.exp(logits[id])).toArray();
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / total).toArray();
    }

    private static double mass(Set<Integer> ids, double[] probability) {
        return ids.stream().mapToDouble(id -> probability[id]).sum();
    }

    private static Set<Integer> everything() {
        return ids(id -> true);
    }

    private static Set<Integer> ids(IntPredicate isIn) {
        return IntStream.range(0, VOCABULARY).filter(isIn).boxed().collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Set<Integer>> subsets() {
        return IntStream.range(1, 1 << VOCABULARY).mapToObj(bits -> ids(id -> (bits >> id & 1) == 1)).toList();
    }

    private static List<Integer> plus(List<Integer> text, int id) {
        List<Integer> longer = new ArrayList<>(text);
        longer.add(id);
        return longer;
    }

    /** Whether the last n tokens stand in the text before. */
    private static boolean repeats(List<Integer> text, int n) {
        List<Integer> end = text.subList(text.size() - n, text.size());
        return IntStream.range(0, text.size() - n).anyMatch(from -> text.subList(from, from + n).equals(end));
    }
}
