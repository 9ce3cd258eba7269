package inkhorn.generate;

import inkhorn.autograd.Rng;
import inkhorn.nn.LanguageModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Writes on from a prompt, token by token. Which token is drawn is a pure function of (seed, sequence, position, text
 * so far): a second sequence does not change the first.
 */
public final class Generator {
    private final LanguageModel model;
    private final Function<LanguageModel, NextLogits> logits;
    private final Sampler sampler;
    private final long seed;

    public Generator(LanguageModel model, Sampler sampler, long seed) {
        this(model, CachedLogits::of, sampler, seed);
    }

    /** @param logits how the model's logits are computed; opened and closed for each call */
    public Generator(LanguageModel model, Function<LanguageModel, NextLogits> logits, Sampler sampler, long seed) {
        this.model = model;
        this.logits = logits;
        this.sampler = sampler;
        this.seed = seed;
    }

    /**
     * Hands each new token over as soon as it is chosen. Once the text is longer than the model's block size, only its
     * last part is seen ({@link NextLogits#windowStart}).
     *
     * @param prompt at least one token, each in 0 … V-1
     * @param count how many tokens to write
     * @param sequence which of several texts from this seed
     * @param out receives the new tokens, not the prompt
     * @throws IllegalArgumentException when the prompt is empty or holds an id that the model does not know
     */
    public void generate(int[] prompt, int count, long sequence, IntConsumer out) {
        generate(prompt, Limits.ofTokens(count), sequence, (id, ignored) -> {
            out.accept(id);
            return true;
        });
    }

    /** As {@link #generate(int[][], Limits, long, List)} for one text. */
    public FinishReason generate(int[] prompt, Limits limits, long sequence, TokenListener out) {
        return generate(new int[][] {prompt}, limits, sequence, List.of(out)).get(0);
    }

    /**
     * Writes several texts side by side, which reads the model's weights once for all of them. Each is what it would be
     * alone.
     *
     * @param prompts at least one token each, each in 0 … V-1
     * @param firstSequence the number of the first text; the others count on from it
     * @param out a listener for each text
     * @return why each text ended
     * @throws IllegalArgumentException when a prompt is empty, holds an id that the model does not know, or fills a
     *     context that does not slide
     */
    public List<FinishReason> generate(int[][] prompts, Limits limits, long firstSequence, List<TokenListener> out) {
        List<GrowingText> all = new ArrayList<>();
        for (int i = 0; i < prompts.length; i++) {
            check(prompts[i], limits, model);
            all.add(new GrowingText(prompts[i], new Rng(seed).stream(firstSequence + i), limits, out.get(i)));
        }
        List<GrowingText> live = limits.tokens() == 0 ? List.of() : all;
        if (!live.isEmpty()) {
            try (NextLogits next = logits.apply(model)) {
                float[][] rows = next.start(prompts);
                while (true) {
                    int[] going = going(live, rows);
                    if (going.length == 0) {
                        break;
                    }
                    live = Arrays.stream(going).mapToObj(live::get).toList();
                    rows = next.next(going, live.stream().mapToInt(GrowingText::last).toArray());
                }
            }
        }
        return all.stream().map(sequence -> sequence.finished).toList();
    }

    /** Lets each write a token; the indices of those that are not finished. */
    private static int[] going(List<GrowingText> live, float[][] rows) {
        int[] going = new int[live.size()];
        int count = 0;
        for (int i = 0; i < going.length; i++) {
            if (live.get(i).write(rows[i])) {
                going[count++] = i;
            }
        }
        return Arrays.copyOf(going, count);
    }

    private final class GrowingText {
        private final Rng draws;
        private final Limits limits;
        private final TokenListener out;
        private TextSoFar text;
        private FinishReason finished;

        GrowingText(int[] prompt, Rng draws, Limits limits, TokenListener out) {
            this.text = TextSoFar.ofPrompt(prompt);
            this.draws = draws;
            this.limits = limits;
            this.out = out;
            this.finished = limits.tokens() == 0 ? FinishReason.LENGTH : null;
        }

        int last() {
            return text.ids()[text.ids().length - 1];
        }

        /** @return whether another token is to follow */
        boolean write(float[] logits) {
            int id = sampler.choose(logits, text, draws.uniform(text.ids().length));
            if (id < 0) {
                finished = FinishReason.EXHAUSTED;
                return false;
            }
            text = text.plus(id);
            boolean more = out.accept(id, logits);
            finished = limits.reached(text, model.blockSize());
            if (!more && finished != FinishReason.END_OF_TEXT) {
                finished = FinishReason.STOP;
            }
            return finished == null;
        }
    }

    static void check(int[] prompt, Limits limits, LanguageModel model) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("generate: the prompt is empty, it must hold at least one token");
        }
        if (!limits.slide() && prompt.length >= model.blockSize()) {
            throw new IllegalArgumentException("generate: the prompt has " + prompt.length
                    + " tokens, which leaves no room in a context of " + model.blockSize() + " that does not slide");
        }
        for (int id : prompt) {
            if (id < 0 || id >= model.vocabSize()) {
                throw new IllegalArgumentException("generate: token " + id + " is outside the vocabulary of "
                        + model.vocabSize());
            }
        }
    }
}
