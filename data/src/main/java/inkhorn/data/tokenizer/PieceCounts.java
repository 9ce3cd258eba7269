package inkhorn.data.tokenizer;

import inkhorn.data.OrderedWork;
import inkhorn.data.files.Surrogates;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/** How often each distinct piece of a text occurs: all of the text that a trainer needs, and far smaller. */
public final class PieceCounts {
    /**
     * UTF-16 units that one thread counts at a time: large against the cost of handing them over, small against a text.
     */
    private static final int PART = 1 << 18;

    /** Cuts a text into the pieces that a tokenizer treats one by one. */
    @FunctionalInterface
    public interface Scanner {
        /**
         * @param text UTF-16
         * @param start where a piece begins, below {@code end}
         * @param end of the text
         * @return where the piece ends: above {@code start}, at most {@code end}
         */
        int next(char[] text, int start, int end);
    }

    private final Scanner scanner;
    private final PieceTable pieces = new PieceTable();
    private long[] counts = new long[1 << 9];

    private PieceCounts(Scanner scanner) {
        this.scanner = scanner;
    }

    /**
     * Counts on {@code threads} threads, each into a table of its own; the tables are added up in the end. The order of
     * the pieces depends on the threads, the counts do not.
     *
     * @param chunks parts of a text, cut by {@link TextCuts}; walked once, by the calling thread
     */
    public static PieceCounts of(Scanner scanner, Iterable<String> chunks, int threads) {
        PieceCounts all = new PieceCounts(scanner);
        if (threads == 1) {
            chunks.forEach(all::add);
            return all;
        }
        Queue<PieceCounts> idle = new ConcurrentLinkedQueue<>();
        Function<String, PieceCounts> count = part -> {
            PieceCounts own = idle.poll();
            own = own == null ? new PieceCounts(scanner) : own;
            own.add(part);
            idle.add(own);
            return own;
        };
        try (OrderedWork<String, PieceCounts, RuntimeException> work = new OrderedWork<>(
                "inkhorn-count", threads, count, counted -> { })) {
            for (String chunk : chunks) {
                for (int start = 0; start < chunk.length(); ) {
                    int end = endOfPart(chunk, start);
                    work.add(chunk.substring(start, end));
                    start = end;
                }
            }
            work.finish();
        }
        idle.forEach(all::add);
        return all;
    }

    private static int endOfPart(String chunk, int start) {
        for (long length = PART; start + length < chunk.length(); length *= 2) {
            int cut = TextCuts.last(chunk.substring(start, start + (int) length));
            if (cut > 0) {
                return start + cut;
            }
        }
        return chunk.length();
    }

    public int size() {
        return pieces.size();
    }

    public String piece(int number) {
        return pieces.piece(number);
    }

    public long count(int number) {
        return counts[number];
    }

    private void add(String text) {
        char[] characters = Surrogates.wellFormed(text).toCharArray();
        for (int start = 0; start < characters.length; ) {
            int end = scanner.next(characters, start, characters.length);
            increase(pieces.add(characters, start, end), 1);
            start = end;
        }
    }

    private void add(PieceCounts other) {
        for (int i = 0; i < other.size(); i++) {
            char[] piece = other.piece(i).toCharArray();
            increase(pieces.add(piece, 0, piece.length), other.counts[i]);
        }
    }

    private void increase(int number, long by) {
        if (number >= counts.length) {
            counts = Arrays.copyOf(counts, 2 * counts.length);
        }
        counts[number] += by;
    }
}
