package inkhorn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.generate.BeamSearch.Hypothesis;
import inkhorn.nn.Activation;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.Position;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cache against {@link PlainLogits}, which computes every window anew: the same bits of every logit. */
class CachedLogitsTest {

    private static final int[][] FIVE = {{3, 1, 4}, {1}, {5, 9, 2, 6, 5, 3, 5}, {3, 1, 4},
        {2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4, 5}};

    /** No sizes but odd ones: several blocks of depth, rests of vectors, heads of one channel and of many. */
    private static Gpt model(int size) {
        return switch (size) {
            case 0 -> gpt(GptConfig.defaults().withVocabSize(17).withBlockSize(10).withNLayer(2).withNHead(3)
                    .withNEmbd(21).withDropout(0.1).withBias(true));
            case 1 -> gpt(GptConfig.defaults().withVocabSize(65).withBlockSize(16).withNLayer(3).withNHead(4)
                    .withNEmbd(32).withActivation(Activation.GELU_TANH).withPosition(Position.SINUSOIDAL)
                    .withTieWeights(false));
            case 2 -> gpt(GptConfig.defaults().withVocabSize(101).withBlockSize(6).withNLayer(1).withNHead(1)
                    .withNEmbd(420).withBias(true).withActivation(Activation.RELU).withTieWeights(false));
            default -> throw new IllegalArgumentException("no model " + size);
        };
    }

    /** Weights so large that the likeliest token changes from place to place, and no bias is 0. */
    private static Gpt gpt(GptConfig config) {
        Gpt gpt = new Gpt(config, new Rng(7));
        Rng noise = new Rng(8);
        int stream = 0;
        for (Parameter p : gpt.namedParameters()) {
            float[] data = p.tensor().data();
            Rng own = noise.stream(stream++);
            for (int i = 0; i < data.length; i++) {
                data[i] += (float) (own.uniform(i) - 0.5) * 4 / (float) Math.sqrt(config.nEmbd());
            }
        }
        return gpt;
    }

    @AfterAll
    static void putTheUsualKernelsBack() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @ParameterizedTest
    @CsvSource({"0,vector,1", "0,vector,2", "0,scalar,1", "1,vector,1", "1,vector,2", "1,scalar,1",
        "2,vector,1", "2,vector,2",
        "2,scalar,1"})
    void givesTheBitsOfRecomputingUpToFourTimesTheBlock(int size, String kernels, int threads) {
        KernelProvider.choose(kernels, threads);
        Gpt gpt = model(size);
        assertSameLogits(gpt, new int[][] {{3, 1, 4}}, 4 * gpt.blockSize(), Sampler.greedy());
        assertSameLogits(gpt, FIVE, 4 * gpt.blockSize(), Sampler.of(1, 0));
    }

    private static void assertSameLogits(LanguageModel model, int[][] prompts, int length, Sampler sampler) {
        try (Scope run = Scope.open(); NextLogits cached = CachedLogits.of(model); NextLogits plain =
                new PlainLogits(model)) {
            float[][] expected = plain.start(prompts);
            float[][] found = cached.start(prompts);
            int[] all = new int[prompts.length];
            Arrays.setAll(all, i -> i);
            for (int t = 0; t < length; t++) {
                assertThat(found).as("token %d of %d", t, prompts.length).isDeepEqualTo(expected);
                int[] tokens = choose(expected, sampler, t);
                expected = plain.next(all, tokens);
                found = cached.next(all, tokens);
            }
        }
    }

    private static int[] choose(float[][] rows, Sampler sampler, int t) {
        int[] tokens = new int[rows.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = sampler.choose(rows[i], new Rng(5).stream(i).uniform(t));
        }
        return tokens;
    }

    @Test
    void sequencesAreReorderedRepeatedAndDroppedAsBeamsAre() {
        KernelProvider.choose(2);
        Gpt gpt = model(1);
        int[][] parents = {{0, 0, 0, 0}, {3, 2, 1, 0}, {1, 1, 0, 0}, {2, 0, 2, 2}, {3}, {0, 0}, {1, 0},
            {1, 1, 0, 1, 0}};
        try (NextLogits cached = CachedLogits.of(gpt); NextLogits plain = new PlainLogits(gpt)) {
            int[][] prompt = {{3, 1, 4}};
            assertThat(cached.start(prompt)).isDeepEqualTo(plain.start(prompt));
            for (int t = 0; t < 5 * parents.length; t++) {
                int[] from = t > 0 && t % parents.length == 0 ? new int[] {4, 1, 1, 2} : parents[t % parents.length];
                int[] tokens = new int[from.length];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = (t * 7 + i * 13) % 65;
                }
                assertThat(cached.next(from, tokens)).as("step %d", t).isDeepEqualTo(plain.next(from, tokens));
            }
        }
    }

    /** A beam that kept a row, which the cache writes over, would have another token's log-probabilities. */
    @Test
    void beamsFindTheSameTextsWithTheSameProbabilitiesBeyondTheBlock() {
        KernelProvider.choose(2);
        for (int size = 0; size < 2; size++) {
            Gpt gpt = model(size);
            Limits limits = Limits.ofTokens(3 * gpt.blockSize());
            List<Hypothesis> cached = new BeamSearch(gpt, CachedLogits::of, Beams.ofWidth(4), LogitTransform.NONE)
                    .search(FIVE[2], limits, ids -> false, () -> false);
            List<Hypothesis> plain = new BeamSearch(gpt, PlainLogits::new, Beams.ofWidth(4), LogitTransform.NONE)
                    .search(FIVE[2], limits, ids -> false, () -> false);
            assertThat(cached).hasSize(4).usingRecursiveComparison().isEqualTo(plain);
            assertThat(cached)
                    .allSatisfy(text -> assertThat(Arrays.stream(text.logProbabilities()).average().orElseThrow())
                    .isCloseTo(text.score(), within(1e-9)));
        }
    }

    /**
     * With a clock that each look at it moves by a second: there are two looks in a call, and a token's time begins
     * with the call before.
     */
    @Test
    void speedCountsTokensAndBytesOfWhatItMeasures() {
        Gpt gpt = model(0);
        AtomicLong clock = new AtomicLong();
        Speed speed = new Speed(() -> clock.addAndGet(1_000_000_000L));
        assertThat(speed.describe(1e9)).isEqualTo("prefill 0 tokens, 0 tokens/s; decode 0 tokens, 0.0 tokens/s");
        try (NextLogits measured = speed.measured(CachedLogits.of(gpt)); NextLogits plain = new PlainLogits(gpt)) {
            assertThat(measured.next(new int[0], new int[0])).as("no text goes on before the first prompt").isEmpty();
            assertThat(measured.start(new int[][] {{3, 1, 4}, {1}}))
                    .isDeepEqualTo(plain.start(new int[][] {{3, 1, 4}, {1}}));
            assertThat(measured.next(new int[] {0, 1}, new int[] {5, 6}))
                    .isDeepEqualTo(plain.next(new int[] {0, 1}, new int[] {5, 6}));
            measured.next(new int[] {1}, new int[] {2});
        }
        assertThat(speed.promptTokensPerSecond()).isEqualTo(4, within(1e-9));
        assertThat(speed.tokensPerSecond()).isEqualTo(3 / 4.0, within(1e-9));
        assertThat(speed.bytesOfStep()).as("more than the bytes of the blocks' matrices")
                .isGreaterThan(4L * 2 * 12 * 21 * 21);
        assertThat(speed.bytesPerSecond()).isEqualTo(speed.bytesOfStep(), within(1.0));
        assertThat(speed.describe(0))
                .isEqualTo("prefill 4 tokens, 4 tokens/s; decode 3 tokens, 0.8 tokens/s, reads 0.0 GB/s");
        assertThat(speed.describe(2 * speed.bytesPerSecond())).startsWith(speed.describe(0))
                .endsWith(", 50 % of the measured 0.0");
    }

    @Test
    void aModelThatKeepsNothingIsComputedAnew() {
        Bigram bigram = new Bigram(17, 8, new Rng(3));
        assertSameLogits(bigram, FIVE, 20, Sampler.of(1, 0));
    }

    @Test
    void aPromptLongerThanTheBlockIsSeenFromTheSameWindow() {
        Gpt gpt = model(0);
        for (int length = 1; length < 45; length += 4) {
            int[] prompt = new int[length];
            Arrays.setAll(prompt, i -> i * 5 % 17);
            assertSameLogits(gpt, new int[][] {prompt}, 2, Sampler.greedy());
        }
    }

    /** A window that moved with every token would leave nothing for the cache to keep. */
    @ParameterizedTest
    @CsvSource({"8,8,0", "9,8,4", "12,8,4", "13,8,8", "5,5,0", "6,5,3", "8,5,3", "9,5,6", "1,1,0", "2,1,1"})
    void theWindowMovesByHalfABlock(int length, int block, int start) {
        assertThat(NextLogits.windowStart(length, block)).isEqualTo(start);
    }

    @Test
    void theWindowHoldsTheLastTokensAndNeverMoreThanABlock() {
        for (int block = 1; block < 9; block++) {
            for (int length = 1; length < 50; length++) {
                int from = NextLogits.windowStart(length, block);
                assertThat(length - from).as("%d of %d", length, block).isBetween(Math.min(length, block / 2), block)
                        .isPositive();
                assertThat(NextLogits.windowStart(length + 1, block)).isGreaterThanOrEqualTo(from);
            }
        }
    }
}
