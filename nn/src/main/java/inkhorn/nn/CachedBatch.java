package inkhorn.nn;

import inkhorn.autograd.Tensor;

/** The caches of a batch on the way through a model: each attention layer takes its own, in the order of the calls. */
final class CachedBatch {

    private final KeyValueCache[] caches;
    private final int[] kept;
    private final float[][] keys;
    private final float[][] values;
    private int layer;

    CachedBatch(KeyValueCache... caches) {
        this.caches = caches;
        this.kept = new int[caches.length];
        this.keys = new float[caches.length][];
        this.values = new float[caches.length][];
        for (int b = 0; b < caches.length; b++) {
            kept[b] = caches[b].length();
        }
    }

    /** B: the position of each sequence's first new token. */
    int[] positions() {
        return kept;
    }

    /** Attention of the next layer, from (B, T, 3C) to (B, T, C). */
    Tensor attend(Tensor qkv) {
        for (int b = 0; b < caches.length; b++) {
            keys[b] = caches[b].keys(layer);
            values[b] = caches[b].values(layer);
        }
        layer++;
        return caches[0].attention().apply(qkv, kept, keys, values);
    }

    /** All layers are through: so many positions more are kept. */
    void grow(int time) {
        for (KeyValueCache cache : caches) {
            cache.grow(time);
        }
    }
}
