package inkhorn.autograd.kernel;

/**
 * How keys and values of one sequence and one layer are kept for the queries to come. Values lie head by head, position
 * by position; keys are transposed, channel by channel, so that scores are summed along memory.
 *
 * @param capacity positions, T
 * @param heads heads of the queries, H
 * @param keyHeads heads of keys and values, a divisor of {@code heads}
 * @param headSize channels of a head, D
 */
public record CacheShape(int capacity, int heads, int keyHeads, int headSize) {
    /**
     * What a channel's row of keys is padded to, so that it can be read in whole vectors: no vector is longer. It is
     * part of the contract since the arrays belong to the caller.
     */
    private static final int KEY_ROW = 16;

    /** Positions whose keys are transposed at a time, so that a line of the cache is written whole. */
    private static final int TOGETHER = 16;

    /**
     * From one channel's keys to the next: not a multiple of a page, where one token's keys would all fall on the same
     * set of the first cache.
     */
    public int keyStep() {
        return (capacity + KEY_ROW - 1) / KEY_ROW * KEY_ROW + KEY_ROW;
    }

    /** Floats that the keys take: (key heads, D, T), padded along T. */
    public int keysSize() {
        return Math.multiplyExact(keyHeads * headSize, keyStep());
    }

    /** Floats that the values take: (key heads, T, D). */
    public int valuesSize() {
        return Math.multiplyExact(keyHeads * headSize, capacity);
    }

    /** Where the key of a head's channel at position {@code t} is. */
    public int keyAt(int keyHead, int channel, int t) {
        return (keyHead * headSize + channel) * keyStep() + t;
    }

    /** Where the values of a head at position {@code t} begin. */
    public int valueAt(int keyHead, int t) {
        return (keyHead * capacity + t) * headSize;
    }

    /** The head of keys and values that serves a head of the queries. */
    public int keyHead(int head) {
        return head / (heads / keyHeads);
    }

    /** H·D, of queries and result. */
    public int channels() {
        return heads * headSize;
    }

    /** 1/√D, which scores are multiplied by. */
    public float scale() {
        return AttentionShape.scale(headSize);
    }

    /**
     * Keeps the keys and values of {@code count} positions from {@code t} on of one head, out of rows from {@code row}
     * on.
     */
    public void keep(int keyHead, int t, int count, HeadRows k, HeadRows v, int row, float[] keys, float[] values) {
        for (int begin = 0; begin < count; begin += TOGETHER) {
            int end = Math.min(count, begin + TOGETHER);
            for (int d = 0; d < headSize; d++) {
                int to = keyAt(keyHead, d, t);
                for (int i = begin; i < end; i++) {
                    keys[to + i] = k.array()[k.at(row + i, keyHead, headSize) + d];
                }
            }
        }
        for (int i = 0; i < count; i++) {
            System.arraycopy(v.array(), v.at(row + i, keyHead, headSize), values, valueAt(keyHead, t + i), headSize);
        }
    }

    /** Copies the first {@code length} positions. */
    public void copy(int length, float[] fromKeys, float[] fromValues, float[] toKeys, float[] toValues) {
        for (int at = 0; at < keysSize(); at += keyStep()) {
            System.arraycopy(fromKeys, at, toKeys, at, length);
        }
        for (int head = 0; head < keyHeads; head++) {
            System.arraycopy(fromValues, valueAt(head, 0), toValues, valueAt(head, 0), length * headSize);
        }
    }
}
