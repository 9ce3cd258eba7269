package inkhorn.nn;

import inkhorn.autograd.AttentionCache;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Heads;
import java.util.Arrays;

/** The caches of a batch on the way through a model: each attention layer takes its own, in the order of the calls. */
final class CachedBatch {

    private final KeyValueCache[] caches;
    private final int[] kept;
    private int layer;

    CachedBatch(KeyValueCache... caches) {
        this.caches = caches;
        this.kept = Arrays.stream(caches).mapToInt(KeyValueCache::length).toArray();
        for (KeyValueCache cache : caches) {
            cache.truncate(cache.length());
        }
    }

    /** B: the position of each sequence's first new token. */
    int[] positions() {
        return kept;
    }

    /** Attention of the next layer, (B, T, H, D) each, to (B, T, H·D). */
    Tensor attend(Heads q, Heads k, Heads v) {
        int i = layer++;
        return AttentionCache.attend(Arrays.stream(caches).map(cache -> cache.layer(i)).toArray(AttentionCache[]::new),
                q, k, v);
    }
}
