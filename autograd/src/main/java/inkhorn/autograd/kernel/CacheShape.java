package inkhorn.autograd.kernel;

/**
 * How keys and values of one sequence and one layer are kept for the queries to come. Values lie head by head, position
 * by position. Keys lie head by head too, in blocks of {@link #BLOCK} positions, each of them transposed: all positions
 * of a channel beside each other, so that the scores of a block are vectors, and a block is read along memory.
 *
 * @param capacity positions, T
 * @param heads heads of the queries, H
 * @param keyHeads heads of keys and values, a divisor of {@code heads}
 * @param headSize channels of a head, D
 * @param alibi as in {@link AttentionShape}
 */
public record CacheShape(int capacity, int heads, int keyHeads, int headSize, boolean alibi) {
    /**
     * Positions of a block of keys, and floats from one channel to the next in it: a line of the caches, and whole
     * vectors of any length. It is part of the contract since the arrays belong to the caller.
     */
    public static final int BLOCK = 16;

    /** Where keys and values begin in their arrays, so that a vector lies in one line of the caches. */
    private static final int START = 12;

    /** Without ALiBi. */
    public CacheShape(int capacity, int heads, int keyHeads, int headSize) {
        this(capacity, heads, keyHeads, headSize, false);
    }

    private int blocks() {
        return (capacity + BLOCK - 1) / BLOCK;
    }

    /** Floats that the keys take: (key heads, blocks, D, {@link #BLOCK}), the last block padded. */
    public int keysSize() {
        return START + Math.multiplyExact(keyHeads * headSize, blocks() * BLOCK);
    }

    /** Floats that the values take: (key heads, T, D). */
    public int valuesSize() {
        return START + Math.multiplyExact(keyHeads * headSize, capacity);
    }

    /** Where the key of a head's channel at position {@code t} is. */
    public int keyAt(int keyHead, int channel, int t) {
        return START + ((keyHead * blocks() + t / BLOCK) * headSize + channel) * BLOCK + t % BLOCK;
    }

    /** Where the values of a head at position {@code t} begin. */
    public int valueAt(int keyHead, int t) {
        return START + (keyHead * capacity + t) * headSize;
    }

    /** The head of keys and values that serves a head of the queries. */
    public int keyHead(int head) {
        return head / group();
    }

    /** Heads of the queries that a head of keys and values serves. */
    public int group() {
        return heads / keyHeads;
    }

    /** H·D, of queries and result. */
    public int channels() {
        return heads * headSize;
    }

    /** 1/√D, which scores are multiplied by. */
    public float scale() {
        return AttentionShape.scale(headSize);
    }

    /** As {@link AttentionShape#slope(int)}. */
    public double slope(int head) {
        return alibi ? AttentionShape.slope(heads, head) : 0;
    }

    /** As {@link AttentionShape#unscaledSlope}. */
    public float unscaledSlope(int head) {
        return AttentionShape.unscaled(slope(head), headSize);
    }

    /**
     * Keeps the keys and values of {@code count} positions from {@code t} on of one head, out of rows from {@code row}
     * on.
     */
    public void keep(int keyHead, int t, int count, HeadRows k, HeadRows v, int row, float[] keys, float[] values) {
        for (int i = 0; i < count; i++) {
            int from = k.at(row + i, keyHead, headSize);
            int to = keyAt(keyHead, 0, t + i);
            for (int d = 0; d < headSize; d++) {
                keys[to + d * BLOCK] = k.array()[from + d];
            }
        }
        for (int i = 0; i < count; i++) {
            System.arraycopy(v.array(), v.at(row + i, keyHead, headSize), values, valueAt(keyHead, t + i), headSize);
        }
    }

    /** Copies the first {@code length} positions. */
    public void copy(int length, float[] fromKeys, float[] fromValues, float[] toKeys, float[] toValues) {
        int keys = (length + BLOCK - 1) / BLOCK * BLOCK * headSize;
        for (int head = 0; head < keyHeads; head++) {
            System.arraycopy(fromKeys, keyAt(head, 0, 0), toKeys, keyAt(head, 0, 0), keys);
            System.arraycopy(fromValues, valueAt(head, 0), toValues, valueAt(head, 0), length * headSize);
        }
    }
}
