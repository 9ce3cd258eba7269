package inkhorn.generate;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Gpt;
import inkhorn.nn.KeyValueCache;
import inkhorn.nn.LanguageModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Computes each token once: prompts in one pass through the matrix kernels, then token by token with the keys and
 * values of those before it, all sequences together. Where a window moves on, its tokens are at new positions and are
 * computed again in one pass. The logits have the bits of {@link PlainLogits}.
 *
 * <p>In a {@link Scope} of the caller's, work arrays are used again from token to token. For one thread.
 */
public final class CachedLogits implements NextLogits {
    /**
     * Sequences of a pass: the head's product has the same bits for any number up to here, and caches of more would
     * not fit either.
     */
    private static final int MOST_TOGETHER = 64;

    /** Tokens of a prefill pass, which bounds its memory. */
    private static final int MOST_TOKENS = 4096;

    private final Gpt model;
    private final Deque<KeyValueCache> spare = new ArrayDeque<>();
    private List<Sequence> sequences = List.of();
    private float[][] rows = {};
    private long bytesRead;

    public CachedLogits(Gpt model) {
        this.model = model;
    }

    /** With a cache where the model is a {@link Gpt}; others have nothing to keep. */
    public static NextLogits of(LanguageModel model) {
        return model instanceof Gpt gpt ? new CachedLogits(gpt) : new PlainLogits(model);
    }

    /** A text and what is kept of it: the tokens from {@code from} on, but for the last one until it is computed. */
    private static final class Sequence {
        private final KeyValueCache cache;
        private int[] tokens;
        private int length;
        private int from;

        Sequence(KeyValueCache cache, int[] tokens, int length, int from) {
            this.cache = cache;
            this.tokens = tokens;
            this.length = length;
            this.from = from;
        }

        void append(int token) {
            if (length == tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(16, 2 * length));
            }
            tokens[length++] = token;
        }

        int[] window() {
            return Arrays.copyOfRange(tokens, from, length);
        }
    }

    @Override
    public float[][] join(int[][] prompts) {
        int before = sequences.size();
        List<Sequence> joined = new ArrayList<>(sequences);
        for (int[] prompt : prompts) {
            if (prompt.length == 0) {
                throw new IllegalArgumentException("logits: the prompt is empty, it must hold at least one token");
            }
            joined.add(new Sequence(spareCache(), prompt.clone(), prompt.length,
                    NextLogits.windowStart(prompt.length, model.blockSize())));
        }
        sequences = joined;
        fitRows();
        bytesRead = 0;
        recompute(i -> i >= before);
        return rows;
    }

    @Override
    public float[][] next(int[] parents, int[] tokens) {
        List<Sequence> before = sequences;
        boolean[] taken = new boolean[before.size()];
        List<Sequence> after = new ArrayList<>(parents.length);
        for (int parent : parents) {
            after.add(taken[parent] ? null : before.get(parent));
            taken[parent] = true;
        }
        for (int i = 0; i < taken.length; i++) {
            if (!taken[i]) {
                spare.push(before.get(i).cache);
            }
        }
        // Copies before anything is appended: a parent that goes on twice is still what it was.
        for (int i = 0; i < parents.length; i++) {
            if (after.get(i) == null) {
                after.set(i, copy(before.get(parents[i])));
            }
        }
        sequences = after;
        for (int i = 0; i < tokens.length; i++) {
            after.get(i).append(tokens[i]);
        }
        fitRows();
        advance();
        return rows;
    }

    /**
     * Bytes of weights, keys and values that the last {@link #next} had to read; 0 where a window moved, or after a
     * {@link #join}.
     */
    public long bytesRead() {
        return bytesRead;
    }

    @Override
    public void close() {
        sequences = List.of();
        spare.clear();
        rows = new float[0][];
    }

    private KeyValueCache spareCache() {
        KeyValueCache cache = spare.isEmpty() ? new KeyValueCache(model.gptConfig()) : spare.pop();
        cache.clear();
        return cache;
    }

    private Sequence copy(Sequence sequence) {
        KeyValueCache cache = spareCache();
        if (windowAfter(sequence, 1) == sequence.from) {
            cache.copyFrom(sequence.cache);
        }
        return new Sequence(cache, sequence.tokens.clone(), sequence.length, sequence.from);
    }

    private int windowAfter(Sequence sequence, int more) {
        return NextLogits.windowStart(sequence.length + more, model.blockSize());
    }

    /** The same arrays from token to token. */
    private void fitRows() {
        int had = rows.length;
        rows = had == sequences.size() ? rows : Arrays.copyOf(rows, sequences.size());
        for (int i = had; i < rows.length; i++) {
            rows[i] = new float[model.vocabSize()];
        }
    }

    /** Logits after each sequence's last token, which is new. */
    private void advance() {
        int count = sequences.size();
        boolean[] moved = new boolean[count];
        int movedCount = 0;
        for (int i = 0; i < count; i++) {
            Sequence sequence = sequences.get(i);
            int from = windowAfter(sequence, 0);
            moved[i] = from != sequence.from;
            if (moved[i]) {
                sequence.from = from;
                sequence.cache.clear();
                movedCount++;
            }
        }
        bytesRead = 0;
        if (movedCount > 0) {
            recompute(i -> moved[i]);
        }
        int[] stepping = new int[count - movedCount];
        for (int i = 0, at = 0; i < count; i++) {
            if (!moved[i]) {
                stepping[at++] = i;
            }
        }
        for (int i = 0; i < stepping.length; i += MOST_TOGETHER) {
            step(stepping, i, Math.min(stepping.length, i + MOST_TOGETHER));
        }
        if (movedCount > 0) {
            bytesRead = 0;
        }
    }

    private void step(int[] which, int begin, int end) {
        int[] ids = new int[end - begin];
        KeyValueCache[] caches = new KeyValueCache[end - begin];
        for (int i = begin; i < end; i++) {
            Sequence sequence = sequences.get(which[i]);
            ids[i - begin] = sequence.tokens[sequence.length - 1];
            caches[i - begin] = sequence.cache;
        }
        compute(IntTensor.of(ids, ids.length, 1), caches, which, begin);
        bytesRead += Float.BYTES * model.parametersReadPerToken();
        for (KeyValueCache cache : caches) {
            bytesRead += 2L * Float.BYTES * model.gptConfig().nLayer() * model.gptConfig().keyChannels()
                    * cache.length();
        }
    }

    /** Whole windows into empty caches: those of equal length together, equal ones once. */
    private void recompute(IntPredicate wanted) {
        int[] left = IntStream.range(0, sequences.size()).filter(wanted).toArray();
        while (left.length > 0) {
            int length = sequences.get(left[0]).window().length;
            int most = Math.max(1, Math.min(MOST_TOGETHER, MOST_TOKENS / length));
            List<Integer> firsts = new ArrayList<>();
            List<Integer> later = new ArrayList<>();
            List<int[]> twins = new ArrayList<>();
            for (int i : left) {
                int[] window = sequences.get(i).window();
                Integer twin = firsts.stream().filter(f -> Arrays.equals(sequences.get(f).window(), window)).findFirst()
                        .orElse(null);
                if (twin != null) {
                    twins.add(new int[] {twin, i});
                } else if (window.length == length && firsts.size() < most) {
                    firsts.add(i);
                } else {
                    later.add(i);
                }
            }
            prefill(firsts.stream().mapToInt(i -> i).toArray(), length);
            for (int[] twin : twins) {
                sequences.get(twin[1]).cache.copyFrom(sequences.get(twin[0]).cache);
                System.arraycopy(rows[twin[0]], 0, rows[twin[1]], 0, model.vocabSize());
            }
            left = later.stream().mapToInt(i -> i).toArray();
        }
    }

    private void prefill(int[] which, int length) {
        int[] ids = new int[which.length * length];
        KeyValueCache[] caches = new KeyValueCache[which.length];
        for (int i = 0; i < which.length; i++) {
            System.arraycopy(sequences.get(which[i]).window(), 0, ids, i * length, length);
            caches[i] = sequences.get(which[i]).cache;
        }
        compute(IntTensor.of(ids, which.length, length), caches, which, 0);
    }

    private void compute(IntTensor ids, KeyValueCache[] caches, int[] which, int begin) {
        try (Scope pass = Scope.open()) {
            Tensor logits = model.logitsAfter(ids, caches);                             // (B, V)
            for (int i = 0; i < caches.length; i++) {
                System.arraycopy(logits.data(), i * model.vocabSize(), rows[which[begin + i]], 0, model.vocabSize());
            }
        }
    }
}
