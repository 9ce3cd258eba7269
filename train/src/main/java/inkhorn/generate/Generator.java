package inkhorn.generate;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Writes on from a prompt, token by token. Which token is drawn is a pure function of (seed, sequence, position, text so
 * far): a second sequence does not change the first.
 */
public final class Generator {

    /** The shortest context computed; contexts grow in powers of two from here. */
    private static final int SHORTEST = 16;

    private final LanguageModel model;
    private final Sampler sampler;
    private final long seed;

    public Generator(LanguageModel model, Sampler sampler, long seed) {
        this.model = model;
        this.sampler = sampler;
        this.seed = seed;
    }

    /**
     * Hands each new token over as soon as it is chosen. Once the text is longer than the model's block size, only its last
     * block is seen.
     *
     * @param prompt at least one token, each in 0 … V-1
     * @param count how many tokens to write
     * @param sequence which of several texts from this seed
     * @param out receives the new tokens, not the prompt
     * @throws IllegalArgumentException when the prompt is empty or holds an id that the model does not know
     */
    public void generate(int[] prompt, int count, long sequence, IntConsumer out) {
        check(prompt, count);
        Rng draws = new Rng(seed).stream(sequence);
        int[] context = new int[model.blockSize()];
        int seen = Math.min(prompt.length, context.length);
        System.arraycopy(prompt, prompt.length - seen, context, 0, seen);
        for (int i = 0; i < count; i++) {
            int next = sampler.choose(nextLogits(context, seen), draws.uniform((long) prompt.length + i));
            if (seen == context.length) {
                System.arraycopy(context, 1, context, 0, seen - 1);
            } else {
                seen++;
            }
            context[seen - 1] = next;
            out.accept(next);
        }
    }

    /** The logits of what follows the first {@code seen} tokens. */
    private float[] nextLogits(int[] context, int seen) {
        int time = padded(seen);
        try (NoGrad off = NoGrad.open(); Scope token = Scope.open()) {
            IntTensor ids = IntTensor.of(Arrays.copyOf(context, time), 1, time);                    // (1, T)
            Tensor logits = model.logitsAt(ids, new int[] {seen - 1}, Pass.evaluation());           // (1, V)
            return Arrays.copyOf(logits.data(), logits.size());
        }
    }

    /**
     * The next power of two, at most the block size. Positions after the last token do not reach its logits, and few
     * different sizes keep a surrounding scope's free list short.
     */
    private int padded(int seen) {
        int power = Integer.highestOneBit(Math.max(seen, SHORTEST) * 2 - 1);
        return Math.min(power, model.blockSize());
    }

    private void check(int[] prompt, int count) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("generate: the prompt is empty, it must hold at least one token");
        }
        if (count < 0) {
            throw new IllegalArgumentException("generate: the number of tokens must be at least 0, found " + count);
        }
        for (int id : prompt) {
            if (id < 0 || id >= model.vocabSize()) {
                throw new IllegalArgumentException("generate: token " + id + " is outside the vocabulary of "
                        + model.vocabSize());
            }
        }
    }
}
