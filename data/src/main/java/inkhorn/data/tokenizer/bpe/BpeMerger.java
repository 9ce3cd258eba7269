package inkhorn.data.tokenizer.bpe;

import java.util.Arrays;

/**
 * Turns the bytes of one piece into tokens: of all neighbours that may be joined, the pair of lowest rank is, the
 * leftmost of equal ones, until none is left (Sennrich et al. 2016, section 3.2; GPT-2's {@code encoder.py}). Works in
 * arrays that it keeps; not safe for more than one thread.
 */
final class BpeMerger {
    /** Up to here, looking at every pair before each join is faster than keeping them in a heap. */
    private static final int SHORT = 64;
    private static final int NEVER = Integer.MAX_VALUE;

    private final BpeVocabulary vocabulary;
    private int[] ids = new int[SHORT];
    /** The rank of the pair that begins at each id. */
    private int[] ranks = new int[SHORT];
    private int[] previous = {};
    private int[] next = {};
    /**
     * A binary heap of rank * 2^32 + position, the least first; an entry whose position has another rank by now is
     * void.
     */
    private long[] heap = {};
    private int heapSize;

    BpeMerger(BpeVocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** The tokens of the last call, from 0. */
    int[] ids() {
        return ids;
    }

    /** @return how many tokens the first {@code count} bytes become */
    int merge(byte[] bytes, int count) {
        return count <= SHORT ? mergeShort(bytes, count) : mergeLong(bytes, count);
    }

    private void begin(byte[] bytes, int count) {
        if (count > ids.length) {
            ids = new int[Math.max(count, 2 * ids.length)];
            ranks = new int[ids.length];
        }
        for (int i = 0; i < count; i++) {
            ids[i] = vocabulary.idOfByte(bytes[i]);
        }
        for (int i = 0; i + 1 < count; i++) {
            ranks[i] = vocabulary.rank(ids[i], ids[i + 1]);
        }
    }

    int mergeShort(byte[] bytes, int count) {
        begin(bytes, count);
        int length = count;
        while (length > 1) {
            int at = leastRank(length - 1);
            if (ranks[at] == NEVER) {
                break;
            }
            ids[at] = vocabulary.joined(ranks[at]);
            length--;
            System.arraycopy(ids, at + 2, ids, at + 1, length - at - 1);
            System.arraycopy(ranks, at + 1, ranks, at, length - at);
            if (at + 1 < length) {
                ranks[at] = vocabulary.rank(ids[at], ids[at + 1]);
            }
            if (at > 0) {
                ranks[at - 1] = vocabulary.rank(ids[at - 1], ids[at]);
            }
        }
        return length;
    }

    private int leastRank(int pairs) {
        int least = 0;
        for (int i = 1; i < pairs; i++) {
            least = ranks[i] < ranks[least] ? i : least;
        }
        return least;
    }

    int mergeLong(byte[] bytes, int count) {
        begin(bytes, count);
        link(count);
        heapSize = 0;
        for (int i = 0; i + 1 < count; i++) {
            push(i);
        }
        while (heapSize > 0) {
            long entry = pop();
            int at = (int) entry;
            if (ranks[at] == (int) (entry >>> 32)) {
                join(at, count);
            }
        }
        int length = 0;
        for (int i = 0; i < count; i = next[i]) {
            ids[length++] = ids[i];
        }
        return length;
    }

    private void link(int count) {
        if (previous.length < count) {
            previous = new int[ids.length];
            next = new int[ids.length];
        }
        for (int i = 0; i < count; i++) {
            previous[i] = i - 1;
            next[i] = i + 1;
        }
        ranks[count - 1] = NEVER;
    }

    private void join(int at, int count) {
        int gone = next[at];
        int after = next[gone];
        ids[at] = vocabulary.joined(ranks[at]);
        ranks[gone] = NEVER;
        next[at] = after;
        ranks[at] = NEVER;
        if (after < count) {
            previous[after] = at;
            ranks[at] = vocabulary.rank(ids[at], ids[after]);
            push(at);
        }
        int before = previous[at];
        if (before >= 0) {
            ranks[before] = vocabulary.rank(ids[before], ids[at]);
            push(before);
        }
    }

    private void push(int at) {
        if (ranks[at] == NEVER) {
            return;
        }
        if (heapSize == heap.length) {
            heap = Arrays.copyOf(heap, Math.max(2 * SHORT, 2 * heap.length));
        }
        long entry = (long) ranks[at] << 32 | at;
        int hole = heapSize++;
        for (int parent; hole > 0 && heap[parent = (hole - 1) / 2] > entry; hole = parent) {
            heap[hole] = heap[parent];
        }
        heap[hole] = entry;
    }

    private long pop() {
        long least = heap[0];
        long last = heap[--heapSize];
        int hole = 0;
        for (int child; (child = 2 * hole + 1) < heapSize; hole = child) {
            child += child + 1 < heapSize && heap[child + 1] < heap[child] ? 1 : 0;
            if (heap[child] >= last) {
                break;
            }
            heap[hole] = heap[child];
        }
        heap[hole] = last;
        return least;
    }
}
