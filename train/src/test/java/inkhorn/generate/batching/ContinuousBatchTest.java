package inkhorn.generate.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.autograd.Rng;
import inkhorn.generate.FinishReason;
import inkhorn.generate.Generator;
import inkhorn.generate.Limits;
import inkhorn.generate.Penalties;
import inkhorn.generate.Sampler;
import inkhorn.generate.TextSoFar;
import inkhorn.generate.Warping;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ContinuousBatchTest {

    private static final int VOCABULARY = 13;
    private static final int END = 5;
    private static final Gpt MODEL = model();

    private static Gpt model() {
        Gpt gpt = new Gpt(GptConfig.defaults().withVocabSize(VOCABULARY).withBlockSize(9).withNLayer(2).withNHead(2)
                .withNEmbd(12), new Rng(3));
        Rng noise = new Rng(4);
        int stream = 0;
        for (Parameter p : gpt.namedParameters()) {
            Rng own = noise.stream(stream++);
            float[] data = p.tensor().data();
            for (int i = 0; i < data.length; i++) {
                data[i] += (float) own.uniform(i) - 0.5f;
            }
        }
        return gpt;
    }

    /** What a text has come to. */
    private static final class Written implements TextOrder.Receiver {
        private final List<Integer> ids = new ArrayList<>();
        private final List<float[]> logits = new ArrayList<>();
        private final int most;
        private FinishReason reason;
        private Throwable failure;

        /** @param most tokens after which the receiver has enough */
        Written(int most) {
            this.most = most;
        }

        @Override
        public boolean accept(int id, float[] row) {
            ids.add(id);
            logits.add(row.clone());
            return ids.size() < most;
        }

        @Override
        public void ended(FinishReason why) {
            reason = why;
        }

        @Override
        public void failed(Throwable why) {
            failure = why;
        }
    }

    private static TextOrder order(Random random, Written out) {
        int[] prompt = random.ints(1 + random.nextInt(30), 0, VOCABULARY).toArray();
        Sampler sampler = switch (random.nextInt(3)) {
            case 0 -> Sampler.greedy();
            case 1 -> Sampler.of(1, 0);
            default -> Sampler.drawing(new Penalties(1.2, 0.5, 0), new Warping(0.7, 6, 0.9, 0, 1));
        };
        return new TextOrder(TextSoFar.ofPrompt(prompt), sampler, random.nextLong(), random.nextInt(4),
                new Limits(random.nextInt(40), OptionalInt.of(END), random.nextInt(4) > 0 || prompt.length >= 9), out);
    }

    private static Written alone(TextOrder order) {
        Written alone = new Written(Integer.MAX_VALUE);
        alone.reason = new Generator(MODEL, order.sampler(), order.seed()).generate(order.text(), order.limits(),
                order.sequence(), alone);
        return alone;
    }

    /** Texts come and go at random, with prompts and windows read at once or in turns: the same bits of every logit. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
    void eachTextIsWhatItWouldBeAlone(int seed) {
        Random random = new Random(seed);
        ContinuousBatch batch = new ContinuousBatch(MODEL,
                new Capacity(1 + random.nextInt(9), 64, 1 + random.nextInt(40)));
        List<TextOrder> orders = new ArrayList<>();
        List<Written> texts = new ArrayList<>();
        List<ContinuousBatch.Place> left = new ArrayList<>();
        List<Written> cut = new ArrayList<>();
        for (int step = 0; step < 60 || batch.hasTexts(); step++) {
            if (step < 60 && random.nextInt(3) == 0) {
                int most = random.nextInt(4) == 0 ? 1 + random.nextInt(8) : Integer.MAX_VALUE;
                Written text = new Written(most);
                TextOrder order = order(random, text);
                orders.add(order);
                texts.add(text);
                ContinuousBatch.Place place = batch.submit(List.of(order)).get(0);
                if (random.nextInt(4) == 0) {
                    left.add(place);
                    cut.add(text);
                }
            }
            if (!left.isEmpty() && random.nextInt(6) == 0) {
                left.remove(0).leave();
            }
            batch.step();
        }
        for (int i = 0; i < texts.size(); i++) {
            Written found = texts.get(i);
            Written expected = alone(orders.get(i));
            assertThat(expected.ids.subList(0, found.ids.size())).as("text %d", i).isEqualTo(found.ids);
            for (int t = 0; t < found.ids.size(); t++) {
                assertThat(found.logits.get(t)).as("text %d, token %d", i, t).isEqualTo(expected.logits.get(t));
            }
            if (!cut.contains(found) && found.most == Integer.MAX_VALUE) {
                assertThat(found.ids).isEqualTo(expected.ids);
                assertThat(found.reason).isEqualTo(expected.reason);
            }
        }
        assertThat(texts).hasSizeGreaterThan(8);
    }

    @Test
    void ordersThatFindNoPlaceAreRefusedAllTogether() {
        ContinuousBatch batch = new ContinuousBatch(MODEL, new Capacity(2, 3, 100));
        Random random = new Random(1);
        List<TextOrder> four = fill(random, 4);
        batch.submit(four);
        assertThatThrownBy(() -> batch.submit(fill(random, 2))).isInstanceOf(BatchFullException.class)
                .hasMessage("0 texts are being written and 4 wait; at most 2 and 3 can");
        batch.step();
        assertThat(batch.submit(fill(random, 1))).hasSize(1);
        assertThatThrownBy(() -> batch.submit(fill(random, 1))).isInstanceOf(BatchFullException.class)
                .hasMessageStartingWith("2 texts are being written and 3 wait");
    }

    private static List<TextOrder> fill(Random random, int count) {
        List<TextOrder> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            orders.add(new TextOrder(TextSoFar.ofPrompt(new int[] {1, 2}), Sampler.of(1, 0), random.nextLong(), 0,
                    Limits.ofTokens(50), new Written(Integer.MAX_VALUE)));
        }
        return orders;
    }

    @Test
    void aTextThatLeavesMakesRoomAtTheNextStep() {
        ContinuousBatch batch = new ContinuousBatch(MODEL, new Capacity(1, 3, 100));
        List<Written> texts = List.of(new Written(99), new Written(99), new Written(99));
        List<ContinuousBatch.Place> places = batch.submit(texts.stream().map(text -> new TextOrder(
                TextSoFar.ofPrompt(new int[] {1}), Sampler.greedy(), 0, 0, Limits.ofTokens(30), text)).toList());
        batch.step();
        places.get(0).leave();
        places.get(1).leave();
        batch.step();
        assertThat(texts.stream().map(text -> text.ids.size())).containsExactly(1, 0, 1);
    }

    @Test
    void whatGoesWrongWithOneTextEndsNoOther() {
        ContinuousBatch batch = new ContinuousBatch(MODEL, new Capacity(4, 0, 100));
        Written faulty = new Written(99);
        Written whole = new Written(99);
        Written unknown = new Written(99);
        batch.submit(List.of(
                new TextOrder(TextSoFar.ofPrompt(new int[] {1}), (logits, text, uniform) -> {
                    throw new IllegalStateException("no choice");
                }, 0, 0, Limits.ofTokens(5), faulty),
                new TextOrder(TextSoFar.ofPrompt(new int[] {VOCABULARY}), Sampler.greedy(), 0, 0, Limits.ofTokens(5),
                        unknown),
                new TextOrder(TextSoFar.ofPrompt(new int[] {1}), Sampler.greedy(), 0, 0, Limits.ofTokens(5), whole)));
        while (batch.hasTexts()) {
            batch.step();
        }
        assertThat(faulty.failure).hasMessage("no choice");
        assertThat(unknown.failure).hasMessageContaining("token 13 is outside the vocabulary");
        assertThat(whole.ids).hasSize(5);
        assertThat(whole.reason).isEqualTo(FinishReason.LENGTH);
    }

    /** Three prompts of eight tokens and at most eight to read in a step: one more text begins with each. */
    @Test
    void longPromptsTakeTurns() {
        ContinuousBatch batch = new ContinuousBatch(MODEL, new Capacity(4, 0, 8));
        List<Written> texts = List.of(new Written(99), new Written(99), new Written(99));
        int[] prompt = new int[8];
        Arrays.fill(prompt, 2);
        batch.submit(texts.stream().map(text -> new TextOrder(TextSoFar.ofPrompt(prompt), Sampler.of(1, 0), 1, 0,
                Limits.ofTokens(30), text)).toList());
        batch.step();
        assertThat(texts.stream().map(text -> text.ids.size())).containsExactly(1, 0, 0);
        batch.step();
        assertThat(texts.stream().map(text -> text.ids.size())).containsExactly(2, 1, 0);
    }
}
