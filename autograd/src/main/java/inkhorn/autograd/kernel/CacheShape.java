package inkhorn.autograd.kernel;

/**
 * How keys and values of one sequence and one layer are kept for the queries to come. Values lie head by head, position by
 * position; keys are turned, channel by channel, so that scores are summed along memory.
 *
 * @param capacity positions, T
 * @param heads heads, H
 * @param headSize channels of a head, D
 */
public record CacheShape(int capacity, int heads, int headSize) {

    /**
     * What a channel's row of keys is padded to, so that it can be read in whole vectors: no vector is longer. It is part
     * of the contract since the arrays belong to the caller.
     */
    private static final int KEY_ROW = 16;

    /** Positions whose keys are turned at a time. */
    private static final int TOGETHER = 16;

    /**
     * From one channel's keys to the next: not a multiple of a page, where one token's keys would all fall on the same set
     * of the first cache.
     */
    public int keyStep() {
        return (capacity + KEY_ROW - 1) / KEY_ROW * KEY_ROW + KEY_ROW;
    }

    /** Floats that the keys take: (H, D, T), padded along T. */
    public int keysSize() {
        return Math.multiplyExact(heads * headSize, keyStep());
    }

    /** Floats that the values take: (H, T, D). */
    public int valuesSize() {
        return Math.multiplyExact(heads * headSize, capacity);
    }

    public int keyAt(int head, int channel, int t) {
        return (head * headSize + channel) * keyStep() + t;
    }

    public int valueAt(int head, int t) {
        return (head * capacity + t) * headSize;
    }

    public int channels() {
        return heads * headSize;
    }

    /**
     * Keeps the keys and values of {@code count} positions from {@code t} on of one head, out of as many rows of queries, keys and
     * values. Keys lie with the positions beside each other: some positions at a time, so that a line of the cache is written whole.
     */
    public void keep(int head, int t, int count, float[] qkv, int row, float[] keys, float[] values) {
        int width = 3 * channels();
        int from = row * width + head * headSize;
        for (int begin = 0; begin < count; begin += TOGETHER) {
            int end = Math.min(count, begin + TOGETHER);
            for (int d = 0; d < headSize; d++) {
                int key = keyAt(head, d, t);
                for (int i = begin; i < end; i++) {
                    keys[key + i] = qkv[from + i * width + channels() + d];
                }
            }
        }
        for (int i = 0; i < count; i++) {
            System.arraycopy(qkv, from + i * width + 2 * channels(), values, valueAt(head, t + i), headSize);
        }
    }

    /** Copies the first {@code length} positions. */
    public void copy(int length, float[] fromKeys, float[] fromValues, float[] toKeys, float[] toValues) {
        for (int at = 0; at < keysSize(); at += keyStep()) {
            System.arraycopy(fromKeys, at, toKeys, at, length);
        }
        for (int head = 0; head < heads; head++) {
            System.arraycopy(fromValues, valueAt(head, 0), toValues, valueAt(head, 0), length * headSize);
        }
    }
}
