package inkhorn.nn;

import inkhorn.autograd.ops.CachedAttention;

/**
 * The keys and values of one sequence, at each layer of a {@link Gpt}: what a token to come needs of those before it
 * (Pope et al. 2022, 2.1). Sequences are put in another order by reference; only one that goes on twice is copied.
 */
public final class KeyValueCache {

    private final CachedAttention attention;
    private final float[][] keys;
    private final float[][] values;
    private int length;

    /** Room for {@code block_size} positions: {@code 2·n_layer·n_embd·block_size} floats and a little. */
    public KeyValueCache(GptConfig config) {
        attention = new CachedAttention(config.blockSize(), config.nHead(), config.nEmbd());
        keys = new float[config.nLayer()][attention.keysSize()];
        values = new float[config.nLayer()][attention.valuesSize()];
    }

    /** Positions kept. */
    public int length() {
        return length;
    }

    /** Forgets everything. */
    public void clear() {
        length = 0;
    }

    /** Becomes a copy of another cache of the same model. */
    public void copyFrom(KeyValueCache other) {
        for (int layer = 0; layer < keys.length; layer++) {
            attention.copy(other.length, other.keys[layer], other.values[layer], keys[layer], values[layer]);
        }
        length = other.length;
    }

    void grow(int positions) {
        length += positions;
    }

    CachedAttention attention() {
        return attention;
    }

    float[] keys(int layer) {
        return keys[layer];
    }

    float[] values(int layer) {
        return values[layer];
    }
}
