package inkhorn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratorTest {

    private static final int VOCAB = 17;
    private static final int BLOCK = 20;
    private static final int[] PROMPT = {3, 1, 4};

    private final Gpt gpt = decided();

    @Test
    void greedyTextIsTheLikeliestTokenOfTheFullForwardPassAlsoBeyondTheBlock() {
        List<Integer> text = new ArrayList<>(List.of(3, 1, 4));
        for (int i = 0; i < 3 * BLOCK; i++) {
            int[] seen = text.subList(NextLogits.windowStart(text.size(), BLOCK), text.size()).stream()
                    .mapToInt(id -> id).toArray();
            float[] logits = gpt.logits(IntTensor.of(seen, 1, seen.length), Pass.evaluation()).data();
            float[] last = Arrays.copyOfRange(logits, logits.length - VOCAB, logits.length);
            text.add(Sampler.greedy().choose(last, 0));
        }
        assertThat(new Generation(Sampler.greedy(), 0).of(PROMPT, 3 * BLOCK, 0))
                .isEqualTo(text.subList(3, text.size()));
        assertThat(text.stream().distinct().count()).as("a text worth comparing").isGreaterThan(3);
    }

    @Test
    void aSeedFixesTheText() {
        List<Integer> first = new Generation(Sampler.of(1, 0), 5).of(PROMPT, 30, 0);
        assertThat(new Generation(Sampler.of(1, 0), 5).of(PROMPT, 30, 0)).isEqualTo(first);
        assertThat(new Generation(Sampler.of(1, 0), 6).of(PROMPT, 30, 0)).isNotEqualTo(first);
    }

    @Test
    void sequencesOfASeedDifferAndDoNotDependOnEachOther() {
        Generation generation = new Generation(Sampler.of(1, 0), 5);
        List<Integer> alone = generation.of(PROMPT, 30, 1);
        assertThat(generation.of(PROMPT, 30, 0)).isNotEqualTo(alone);
        assertThat(generation.of(PROMPT, 30, 1)).isEqualTo(alone);
    }

    @Test
    void aTextThatIsGoneOnWithIsWhatItWouldBeWithoutTheBreak() {
        Sampler sampler = Sampler.drawing(new Penalties(1, 3, 0), Warping.NONE);
        List<Integer> whole = new Generation(sampler, 5).of(PROMPT, 30, 0);
        int[] begun = IntStream.concat(Arrays.stream(PROMPT), whole.stream().limit(11).mapToInt(id -> id)).toArray();
        List<Integer> rest = new ArrayList<>();
        FinishReason reason = new Generator(gpt, sampler, 5).generate(new TextSoFar(begun, PROMPT.length),
                Limits.ofTokens(30), 0, (id, logits) -> rest.add(id));
        assertThat(rest).isEqualTo(whole.subList(11, 30));
        assertThat(reason).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void aDrawDependsOnItsPositionNotOnWhereThePromptEnds() {
        Generation generation = new Generation(Sampler.of(1, 0), 5);
        List<Integer> text = generation.of(PROMPT, 12, 0);
        int[] longer = {3, 1, 4, text.get(0), text.get(1)};
        assertThat(generation.of(longer, 10, 0)).isEqualTo(text.subList(2, 12));
    }

    @Test
    void tokensAreHandedOverAsTheyAreMade() {
        List<Integer> handed = new ArrayList<>();
        Sampler counting = (logits, text, uniform) -> handed.size() % VOCAB;
        new Generator(gpt, counting, 0).generate(PROMPT, 5, 0, handed::add);
        assertThat(handed).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void aPromptLongerThanTheBlockCountsByItsEnd() {
        int[] prompt = new int[BLOCK + 7];
        Arrays.setAll(prompt, i -> (i * i + 3) % VOCAB);
        int[] end = Arrays.copyOfRange(prompt, NextLogits.windowStart(prompt.length, BLOCK), prompt.length);
        assertThat(new Generation(Sampler.greedy(), 0).of(prompt, 5, 0))
                .isEqualTo(new Generation(Sampler.greedy(), 0).of(end, 5, 0));
    }

    @Test
    void contextsOfAFewSizesKeepTheMemoryOfASurroundingScopeSmall() {
        Generation generation = new Generation(Sampler.of(1, 0), 5);
        try (Scope run = Scope.open()) {
            generation.of(PROMPT, 2 * BLOCK, 0);     // a prompt, single tokens, and a window that has moved
            long filled = run.heldBytes();
            generation.of(PROMPT, 4 * BLOCK, 0);
            assertThat(run.heldBytes()).isEqualTo(filled);
        }
    }

    @Test
    void textsWrittenSideBySideAreThoseWrittenAlone() {
        int[][] prompts = {PROMPT, {5}, new int[BLOCK + 3], {1, 2, 3, 4, 5, 6, 7, 8}};
        List<List<Integer>> together = new ArrayList<>();
        List<TokenListener> listeners = new ArrayList<>();
        for (int i = 0; i < prompts.length; i++) {
            List<Integer> text = new ArrayList<>();
            int most = 5 + 12 * i;
            together.add(text);
            listeners.add((id, logits) -> {
                text.add(id);
                return text.size() < most;
            });
        }
        Generator generator = new Generator(gpt, Sampler.of(1, 0), 5);
        assertThat(generator.generate(prompts, Limits.ofTokens(60), 10, listeners)).containsOnly(FinishReason.STOP);
        for (int i = 0; i < prompts.length; i++) {
            assertThat(together.get(i))
                    .isEqualTo(new Generation(Sampler.of(1, 0), 5).of(prompts[i], 5 + 12 * i, 10 + i));
        }
    }

    @Test
    void theEndOfTextTokenEndsTheTextAndIsCounted() {
        int end = new Generation(Sampler.of(1, 0), 5).of(PROMPT, 30, 0).get(9);
        List<Integer> text = new ArrayList<>();
        FinishReason reason = new Generator(gpt, Sampler.of(1, 0), 5)
                .generate(PROMPT, new Limits(30, OptionalInt.of(end), true), 0, (id, logits) -> text.add(id));
        assertThat(reason).isEqualTo(FinishReason.END_OF_TEXT);
        assertThat(text.indexOf(end)).isEqualTo(text.size() - 1).isLessThan(10);
    }

    @Test
    void aContextThatDoesNotSlideEndsTheTextWhenItIsFull() {
        List<Integer> text = new ArrayList<>();
        Generator generator = new Generator(gpt, Sampler.of(1, 0), 5);
        Limits limits = new Limits(100, OptionalInt.empty(), false);
        assertThat(generator.generate(PROMPT, limits, 0, (id, logits) -> text.add(id))).isEqualTo(FinishReason.CONTEXT);
        assertThat(text).hasSize(BLOCK - PROMPT.length);
        assertThatThrownBy(() -> generator.generate(new int[BLOCK], limits, 0, (id, logits) -> true))
                .hasMessage("generate: the prompt has "
                + BLOCK + " tokens, which leaves no room in a context of " + BLOCK + " that does not slide");
    }

    @Test
    void aTextThatNothingMayFollowEnds() {
        Sampler once = Sampler.greedy(LogitTransform.noRepeatNgram(1));
        List<Integer> text = new ArrayList<>();
        assertThat(new Generator(gpt, once, 0).generate(PROMPT, Limits.ofTokens(100), 0, (id, logits) -> text.add(id)))
                .isEqualTo(FinishReason.EXHAUSTED);
        assertThat(text).hasSize(VOCAB - PROMPT.length).doesNotHaveDuplicates();
    }

    @Test
    void anEmptyPromptIsAnError() {
        assertThatThrownBy(() -> new Generation(Sampler.greedy(), 0).of(new int[0], 5, 0))
                .hasMessage("generate: the prompt is empty, it must hold at least one token");
    }

    @Test
    void aTokenOutsideTheVocabularyIsAnError() {
        assertThatThrownBy(() -> new Generation(Sampler.greedy(), 0).of(new int[] {17}, 5, 0))
                .hasMessage("generate: token 17 is outside the vocabulary of 17");
    }

    private final class Generation {
        private final Generator generator;

        Generation(Sampler sampler, long seed) {
            this.generator = new Generator(gpt, sampler, seed);
        }

        List<Integer> of(int[] prompt, int count, long sequence) {
            List<Integer> text = new ArrayList<>();
            generator.generate(prompt, count, sequence, text::add);
            return text;
        }
    }

    /** Weights far larger than GPT-2's initial ones, so that logits differ clearly. */
    private static Gpt decided() {
        Gpt gpt = new Gpt(GptConfig.defaults().withVocabSize(VOCAB).withBlockSize(BLOCK).withNLayer(2)
                .withNHead(2).withNEmbd(16).withBias(true),
                new Rng(4));
        for (Parameter p : gpt.namedParameters()) {
            if (p.tensor().shape().rank() == 2) {
                for (int i = 0; i < p.tensor().size(); i++) {
                    p.tensor().data()[i] *= 20;
                }
            }
        }
        return gpt;
    }
}
