package inkhorn.data.prepare;

import inkhorn.data.DataException;
import inkhorn.data.TokenFile;
import inkhorn.data.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** How often each token occurs in prepared data, both parts together. */
public final class TokenCounts {
    private static final int BLOCK = 1 << 16;

    private final Tokenizer tokenizer;
    private final long[] counts;
    private final long total;

    private TokenCounts(Tokenizer tokenizer, long[] counts) {
        this.tokenizer = tokenizer;
        this.counts = counts;
        total = Arrays.stream(counts).sum();
    }

    /**
     * One token.
     *
     * @param text what it decodes to by itself; U+FFFD where it is a part of a character
     * @param count how often it occurs
     */
    public record Row(int id, String text, long count) {
        public int characters() {
            return text.codePointCount(0, text.length());
        }
    }

    /**
     * Reads both files once.
     *
     * @throws DataException if an id is not in the vocabulary
     */
    public static TokenCounts of(PreparedData data) {
        long[] counts = new long[data.tokenizer().vocabSize()];
        count(data.train(), counts);
        count(data.val(), counts);
        return new TokenCounts(data.tokenizer(), counts);
    }

    private static void count(TokenFile tokens, long[] counts) {
        int[] ids = new int[BLOCK];
        for (long at = 0; at < tokens.length(); at += BLOCK) {
            int n = (int) Math.min(BLOCK, tokens.length() - at);
            tokens.read(at, ids, 0, n);
            for (int i = 0; i < n; i++) {
                if (ids[i] >= counts.length || ids[i] < 0) {
                    throw new DataException(tokens.path() + ": id " + ids[i] + " at position " + (at + i)
                            + " is not in the vocabulary of " + counts.length + " tokens; prepare the data again");
                }
                counts[ids[i]]++;
            }
        }
    }

    public long total() {
        return total;
    }

    public long of(int id) {
        return counts[id];
    }

    public long used() {
        return Arrays.stream(counts).filter(count -> count > 0).count();
    }

    /** The {@code n} that occur most often; of equals, the lower id first. */
    public List<Row> mostFrequent(int n) {
        return sorted(Comparator.comparingLong((Integer id) -> counts[id]).reversed(), n);
    }

    /** The {@code n} that occur least often, but do; of equals, the lower id first. */
    public List<Row> leastFrequent(int n) {
        return sorted(Comparator.comparingLong((Integer id) -> counts[id]), n);
    }

    /**
     * The {@code n} with the most characters among those that occur, special tokens left out; of equals, the more
     * frequent first.
     */
    public List<Row> longest(int n) {
        return IntStream.range(0, counts.length).filter(id -> counts[id] > 0 && !tokenizer.specialTokens()
                .containsValue(id)).mapToObj(this::row)
                .sorted(Comparator.comparingInt(Row::characters).reversed()
                .thenComparing(Comparator.comparingLong(Row::count).reversed()))
                .limit(n).toList();
    }

    private List<Row> sorted(Comparator<Integer> order, int n) {
        return IntStream.range(0, counts.length).filter(id -> counts[id] > 0).boxed().sorted(order).limit(n)
                .map(this::row).toList();
    }

    private Row row(int id) {
        return new Row(id, tokenizer.decode(new int[] {id}), counts[id]);
    }
}
