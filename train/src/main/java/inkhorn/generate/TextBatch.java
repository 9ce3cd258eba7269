package inkhorn.generate;

import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.LanguageModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Texts that grow side by side, a token each in a step, which reads the model's weights once for all of them. A text
 * joins between two steps and leaves when it ends (Yu et al. 2022, iteration-level scheduling). Each is what it would
 * be alone: which token is drawn is a pure function of (seed, sequence, position, text so far). For one thread.
 *
 * <p>A step reads a bounded number of tokens beside the one of each text, so that long prompts do not make the others
 * wait: prompts, and windows that have moved on, take turns. One that is longer than the bound is read alone.
 */
public final class TextBatch implements AutoCloseable {
    private final LanguageModel model;
    private final NextLogits logits;
    private final int tokensToRead;
    /** In the order of the logits' rows. */
    private List<GrowingText> running = List.of();
    /** To be read: those whose window has moved, then newcomers. */
    private final Deque<GrowingText> waiting = new ArrayDeque<>();
    private int left;

    /**
     * @param logits of the model; closed with this
     * @param tokensToRead of prompts and moved windows in a step, at least 1
     */
    public TextBatch(LanguageModel model, NextLogits logits, int tokensToRead) {
        this.model = model;
        this.logits = logits;
        this.tokensToRead = tokensToRead;
    }

    /** A prompt and what is written after it, which may have begun already. */
    public static final class GrowingText {
        private final Sampler sampler;
        private final Rng draws;
        private final Limits limits;
        private final TokenListener out;
        private TextSoFar text;
        private FinishReason finished;
        private int chosen;
        private RuntimeException refusal;
        private volatile boolean hasLeft;

        /**
         * @param text at least one token
         * @param limits on all that is written after the prompt
         * @param sequence which of several texts from this seed
         * @param out receives each token as soon as it is chosen
         */
        public GrowingText(TextSoFar text, Sampler sampler, long seed, long sequence, Limits limits,
                TokenListener out) {
            this.text = text;
            this.sampler = sampler;
            this.draws = new Rng(seed).stream(sequence);
            this.limits = limits;
            this.out = out;
            this.finished = text.written() >= limits.tokens() ? FinishReason.LENGTH : null;
        }

        /** Why it ended, or null while it grows. */
        public FinishReason finished() {
            return finished;
        }

        /** Ends it where it stands, before the next step. For any thread. */
        public void leave() {
            hasLeft = true;
        }

        /** Whether it has ended; for the thread of the batch. */
        public boolean isOver() {
            if (hasLeft && finished == null) {
                finished = FinishReason.STOP;
            }
            return finished != null;
        }

        private int[] ids() {
            return text.ids();
        }

        private int last() {
            return ids()[ids().length - 1];
        }

        /** How many tokens the model sees of it. */
        private int window(int blockSize) {
            return ids().length - NextLogits.windowStart(ids().length, blockSize);
        }

        /** Whether its last token has moved the window. */
        private boolean hasMoved(int blockSize) {
            return NextLogits.windowStart(ids().length, blockSize)
                    != NextLogits.windowStart(ids().length - 1, blockSize);
        }

        /** The next token, on any thread: no text's choice depends on another's. */
        private void choose(float[] logits) {
            try {
                chosen = sampler.choose(logits, text, draws.uniform(ids().length));
            } catch (RuntimeException e) {
                refusal = e;
            }
        }

        private void write(float[] logits, int blockSize) {
            if (refusal != null) {
                throw refusal;
            } else if (chosen < 0) {
                finished = FinishReason.EXHAUSTED;
                return;
            }
            text = text.plus(chosen);
            boolean more = out.accept(chosen, logits);
            finished = limits.reached(text, blockSize);
            if (!more && finished != FinishReason.END_OF_TEXT) {
                finished = FinishReason.STOP;
            }
        }
    }

    /**
     * Lets a text take part from the next step on, or as soon as its prompt has its turn.
     *
     * @throws IllegalArgumentException when its prompt is empty, holds an id that the model does not know, or fills a
     *     context that does not slide
     */
    public void add(GrowingText text) {
        Generator.check(text.ids(), text.limits, model);
        waiting.add(text);
    }

    /** Whether all texts have ended. */
    public boolean isEmpty() {
        return running.stream().allMatch(GrowingText::isOver) && waiting.stream().allMatch(GrowingText::isOver);
    }

    /** Each text that is not waiting grows by a token. */
    public void step() {
        left = tokensToRead;
        float[][] rows = goOn();
        int[][] prompts = letJoin();
        if (prompts.length > 0) {
            rows = logits.join(prompts);
        }
        float[][] after = rows;
        KernelProvider.kernels().forEach(running.size(), i -> running.get(i).choose(after[i]));
        for (int i = 0; i < running.size(); i++) {
            running.get(i).write(rows[i], model.blockSize());
        }
    }

    /** Those that have not ended, a token further. */
    private float[][] goOn() {
        int[] parents = new int[running.size()];
        int[] tokens = new int[running.size()];
        List<GrowingText> going = new ArrayList<>();
        Deque<GrowingText> moved = new ArrayDeque<>();
        for (int i = 0; i < running.size(); i++) {
            GrowingText text = running.get(i);
            if (text.isOver()) {
                continue;
            } else if (text.hasMoved(model.blockSize()) && !mayRead(text)) {
                moved.push(text);
            } else {
                parents[going.size()] = i;
                tokens[going.size()] = text.last();
                going.add(text);
            }
        }
        moved.forEach(waiting::addFirst);
        running = going;
        return logits.next(Arrays.copyOf(parents, going.size()), Arrays.copyOf(tokens, going.size()));
    }

    private int[][] letJoin() {
        List<int[]> prompts = new ArrayList<>();
        while (!waiting.isEmpty() && (waiting.peek().isOver() || mayRead(waiting.peek()))) {
            GrowingText text = waiting.remove();
            if (!text.isOver()) {
                running.add(text);
                prompts.add(text.ids());
            }
        }
        return prompts.toArray(int[][]::new);
    }

    private boolean mayRead(GrowingText text) {
        int window = text.window(model.blockSize());
        boolean may = window <= left || left == tokensToRead;
        left -= may ? window : 0;
        return may;
    }

    /** Forgets all texts, and the logits' keys and values. */
    @Override
    public void close() {
        running = List.of();
        waiting.clear();
        logits.close();
    }
}
