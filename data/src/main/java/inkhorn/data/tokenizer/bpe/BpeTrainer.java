package inkhorn.data.tokenizer.bpe;

import com.knuddels.jtokkit.api.IntArrayList;
import inkhorn.data.ByteProgress;
import inkhorn.data.tokenizer.PieceCounts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Learns a byte-level BPE (Sennrich et al. 2016, algorithm 1): the pair of neighbours that occurs most often in the
 * text becomes a token, again and again. Of equally frequent pairs the one with the lowest left id is taken, then with
 * the lowest right id, as Hugging Face's trainer does; so the result depends on the text alone.
 *
 * <p>The text is its distinct pieces, each with its count. A merge changes only the counts of the pairs beside it: they
 * are brought up to date in the words that hold the pair, which a list for each pair remembers, instead of being
 * counted anew. The most frequent pair comes from a heap; an entry that has become too high is put back at its true
 * height when it comes up.
 */
final class BpeTrainer {
    /** A pair that occurs once would make a token that shortens nothing but its one place. */
    static final long MIN_COUNT = 2;

    private final BpeVocabulary vocabulary = BpeVocabulary.ofBytes();
    /** The id of each token, by its spelling: two ways to join the same bytes give one token. */
    private final Map<String, Integer> ids = new HashMap<>();
    /** Each word in tokens, and how many of them; they only become fewer. */
    private final int[][] words;
    private final int[] lengths;
    private final long[] frequencies;

    private final PairTable pairs = new PairTable(1 << 14);
    private long[] counts = new long[1 << 14];
    /** Words that hold the pair, or did. */
    private IntArrayList[] holders = new IntArrayList[1 << 14];
    private final PriorityQueue<Candidate> heap = new PriorityQueue<>();
    /** Pairs that have become more frequent in the merge that is going on, each once. */
    private final Map<Integer, Long> risen = new HashMap<>();

    /** The most frequent first, then the lowest pair. */
    private record Candidate(long count, long pair) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            int byCount = Long.compare(other.count, count);
            return byCount != 0 ? byCount : Long.compare(pair, other.pair);
        }
    }

    private final ByteProgress progress;

    private BpeTrainer(PieceCounts pieces, ByteProgress progress) {
        this.progress = progress;
        int size = pieces.size();
        words = new int[size][];
        lengths = new int[size];
        frequencies = new long[size];
        for (int id = 0; id < vocabulary.size(); id++) {
            ids.put(ByteLevel.spell(vocabulary.token(id)), id);
        }
        for (int w = 0; w < size; w++) {
            byte[] bytes = pieces.piece(w).getBytes(StandardCharsets.UTF_8);
            words[w] = new int[bytes.length];
            Arrays.setAll(words[w], i -> vocabulary.idOfByte(bytes[i]));
            lengths[w] = bytes.length;
            frequencies[w] = pieces.count(w);
        }
    }

    /**
     * @param size tokens wanted, at least 256; fewer come out if no pair is left that occurs twice
     * @param progress called while it works, and may end it
     */
    static BpeVocabulary train(PieceCounts pieces, int size, ByteProgress progress) {
        BpeTrainer trainer = new BpeTrainer(pieces, progress);
        trainer.countPairs();
        trainer.learn(size);
        return trainer.vocabulary;
    }

    private void countPairs() {
        for (int w = 0; w < words.length; w++) {
            progress.working();
            for (int i = 0; i + 1 < lengths[w]; i++) {
                increase(words[w][i], words[w][i + 1], w);
            }
        }
        pushRisen();
    }

    private void learn(int size) {
        for (Candidate best; vocabulary.size() < size && (best = heap.poll()) != null; ) {
            progress.working();
            int number = pairs.find(best.pair);
            if (best.count == counts[number]) {
                merge(PairTable.left(best.pair), PairTable.right(best.pair), number);
                pushRisen();
            } else if (best.count > counts[number]) {
                push(best.pair, counts[number]);
            }
            // A lower one stands beside a higher one of the same pair, which has come up before.
        }
    }

    private void merge(int left, int right, int number) {
        byte[] bytes = vocabulary.join(left, right);
        Integer known = ids.putIfAbsent(ByteLevel.spell(bytes), vocabulary.size());
        int id = known == null ? vocabulary.addToken(bytes) : known;
        vocabulary.addMerge(left, right, id);
        IntArrayList where = holders[number];
        holders[number] = null;
        for (int i = 0; i < where.size(); i++) {
            mergeIn(where.get(i), left, right, id);
        }
        counts[number] = 0;
    }

    /** Joins the pair in one word, from the left, and brings the counts of the pairs beside it up to date. */
    private void mergeIn(int w, int left, int right, int id) {
        int[] word = words[w];
        int length = lengths[w];
        int to = 0;
        for (int from = 0; from < length; to++) {
            if (word[from] != left || from + 1 == length || word[from + 1] != right) {
                word[to] = word[from++];
                continue;
            }
            if (to > 0) {
                decrease(word[to - 1], left, w);
                increase(word[to - 1], id, w);
            }
            if (from + 2 < length) {
                decrease(right, word[from + 2], w);
                increase(id, word[from + 2], w);
            }
            word[to] = id;
            from += 2;
        }
        lengths[w] = to;
    }

    private void decrease(int left, int right, int w) {
        counts[pairs.find(PairTable.pair(left, right))] -= frequencies[w];
    }

    private void increase(int left, int right, int w) {
        long pair = PairTable.pair(left, right);
        int number = pairs.add(pair);
        if (number >= counts.length) {
            counts = Arrays.copyOf(counts, 2 * counts.length);
            holders = Arrays.copyOf(holders, 2 * holders.length);
        }
        counts[number] += frequencies[w];
        IntArrayList where = holders[number];
        if (where == null) {
            where = holders[number] = new IntArrayList(4);
        }
        if (where.size() == 0 || where.get(where.size() - 1) != w) {
            where.add(w);
        }
        risen.putIfAbsent(number, pair);
    }

    private void pushRisen() {
        risen.forEach((number, pair) -> push(pair, counts[number]));
        risen.clear();
    }

    private void push(long pair, long count) {
        if (count >= MIN_COUNT) {
            heap.add(new Candidate(count, pair));
        }
    }
}
