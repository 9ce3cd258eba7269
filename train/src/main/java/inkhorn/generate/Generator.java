package inkhorn.generate;

import inkhorn.generate.TextBatch.GrowingText;
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
        return generate(TextSoFar.ofPrompt(prompt), limits, sequence, out);
    }

    /**
     * Goes on with a text of which a part is written already, by this generator or by hand. Written by this one, the
     * whole is what it would be without the break.
     *
     * @param limits on all that is written after the prompt, what is there already among it
     * @throws IllegalArgumentException as {@link #generate(int[][], Limits, long, List)}
     */
    public FinishReason generate(TextSoFar text, Limits limits, long sequence, TokenListener out) {
        return generate(List.of(text), limits, sequence, List.of(out)).get(0);
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
        return generate(Arrays.stream(prompts).map(TextSoFar::ofPrompt).toList(), limits, firstSequence, out);
    }

    private List<FinishReason> generate(List<TextSoFar> texts, Limits limits, long firstSequence,
            List<TokenListener> out) {
        List<GrowingText> all = new ArrayList<>();
        try (TextBatch batch = new TextBatch(model, logits.apply(model), Integer.MAX_VALUE)) {
            for (int i = 0; i < texts.size(); i++) {
                all.add(new GrowingText(texts.get(i), sampler, seed, firstSequence + i, limits, out.get(i)));
                batch.add(all.get(i));
            }
            while (!batch.isEmpty()) {
                batch.step();
            }
        }
        return all.stream().map(GrowingText::finished).toList();
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
