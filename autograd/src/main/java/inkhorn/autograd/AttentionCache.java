package inkhorn.autograd;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.kernel.CacheShape;
import inkhorn.autograd.ops.CausalAttention;
import inkhorn.autograd.ops.Heads;

/**
 * The keys and values of one sequence in one layer, to which later queries attend (Pope et al. 2022, 2.1): for
 * generating, not for training, so nothing in here has a gradient. A position gets the same bits whether it comes alone
 * or among others.
 */
public final class AttentionCache {
    private final CacheShape shape;
    private final float[] keys;
    private final float[] values;
    private int length;

    /**
     * Makes an empty cache.
     *
     * @param capacity the most positions of a sequence
     * @param heads of the queries
     * @param keyHeads of keys and values, a divisor of {@code heads}
     * @param headSize channels of a head
     */
    public AttentionCache(int capacity, int heads, int keyHeads, int headSize) {
        this(capacity, heads, keyHeads, headSize, false);
    }

    /**
     * As above.
     *
     * @param alibi as in {@link CausalAttention}
     */
    public AttentionCache(int capacity, int heads, int keyHeads, int headSize, boolean alibi) {
        shape = new CacheShape(capacity, heads, keyHeads, headSize, alibi);
        keys = Scope.allocatePermanent(shape.keysSize());
        values = Scope.allocatePermanent(shape.valuesSize());
    }

    /** Positions kept. */
    public int length() {
        return length;
    }

    /** Forgets all positions but the first {@code length}. */
    public void truncate(int length) {
        this.length = Math.min(this.length, length);
    }

    /** Becomes a copy of another cache of the same sizes. */
    public void copyFrom(AttentionCache other) {
        shape.copy(other.length, other.keys, other.values, keys, values);
        length = other.length;
    }

    /**
     * Appends k and v to the caches of B sequences, and attends from q to all kept positions.
     *
     * @param caches B, all of the same sizes
     * @param q (B, T, heads, headSize); either T is 1, or nothing is kept yet
     * @param k (B, T, key heads, headSize)
     * @param v (B, T, key heads, headSize)
     * @return (B, T, heads · headSize)
     * @throws IllegalStateException when a gradient would have to go through
     * @throws IllegalArgumentException when sizes do not fit, several positions follow kept ones, or there is no room
     */
    public static Tensor attend(AttentionCache[] caches, Heads q, Heads k, Heads v) {
        CacheShape shape = caches[0].shape;
        int time = q.packed().shape().dim(1);
        check(caches, shape, time, q, k, v);
        int[] kept = new int[caches.length];
        float[][] keys = new float[caches.length][];
        float[][] values = new float[caches.length][];
        for (int b = 0; b < caches.length; b++) {
            kept[b] = caches[b].length;
            keys[b] = caches[b].keys;
            values[b] = caches[b].values;
            caches[b].length += time;
        }
        if (time > 1) {
            kernels().keepKeysAndValues(shape, k.rows(), v.rows(), time, kept, keys, values);
            return CausalAttention.apply(q, k, v, shape.alibi(), 0, null);
        }
        Tensor y = Tensor.result(Shape.of(caches.length, 1, shape.channels()), false);
        kernels().cachedAttention(shape, q.rows(), k.rows(), v.rows(), kept, keys, values, y.data());
        return y;
    }

    private static void check(AttentionCache[] caches, CacheShape shape, int time, Heads q, Heads k, Heads v) {
        requireFit("queries", caches.length, time, q, shape.heads(), shape);
        requireFit("keys", caches.length, time, k, shape.keyHeads(), shape);
        requireFit("values", caches.length, time, v, shape.keyHeads(), shape);
        for (AttentionCache cache : caches) {
            if (time > 1 && cache.length > 0) {
                throw new IllegalArgumentException("cached attention: " + time + " positions after " + cache.length
                        + " kept ones; one at a time can follow");
            }
            if (cache.length + time > shape.capacity()) {
                throw new IllegalArgumentException("cached attention: no room for " + time + " positions after "
                        + cache.length + ", " + shape.capacity() + " fit");
            }
        }
    }

    private static void requireFit(String what, int batch, int time, Heads found, int heads, CacheShape shape) {
        if (found.packed().needsGrad() && !NoGrad.active()) {
            throw new IllegalStateException("cached attention: has no gradient, open a NoGrad around it");
        }
        Shape packed = found.packed().shape();
        if (packed.dim(0) != batch || packed.dim(1) != time || found.heads() != heads
                || found.headSize() != shape.headSize()) {
            throw new IllegalArgumentException("cached attention: " + what + " of (" + batch + ", " + time
                    + ") positions with " + heads + " heads of " + shape.headSize() + " are needed, found " + packed
                    + " with " + found.heads() + " heads of " + found.headSize());
        }
    }
}
