package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.CacheShape;

/**
 * {@link CausalAttention} of sequences that grow, whose keys and values are kept in arrays of the caller's: for writing, not
 * for learning, so it has no gradient. A position has the same bits whether it comes alone or among others.
 * Shapes: qkv (B, T, 3C), y (B, T, C); either T is 1, or nothing is kept yet.
 */
public final class CachedAttention extends Op {

    private final CacheShape shape;

    /**
     * @param capacity the most positions of a sequence
     * @param channels C, a multiple of heads
     */
    public CachedAttention(int capacity, int heads, int channels) {
        this.shape = new CacheShape(capacity, heads, channels / heads);
    }

    /** Floats that the keys of a sequence take. */
    public int keysSize() {
        return shape.keysSize();
    }

    /** Floats that the values of a sequence take. */
    public int valuesSize() {
        return shape.valuesSize();
    }

    /** Copies what is kept of the first {@code length} positions. */
    public void copy(int length, float[] fromKeys, float[] fromValues, float[] toKeys, float[] toValues) {
        shape.copy(length, fromKeys, fromValues, toKeys, toValues);
    }

    /**
     * Keeps the keys and values of qkv, and attends to them and those kept before.
     *
     * @param kept B: how many positions of each sequence are kept already
     * @param keys one array a sequence, of {@link #keysSize}
     * @param values one array a sequence, of {@link #valuesSize}
     * @throws IllegalStateException when a gradient would have to go through
     * @throws IllegalArgumentException when several positions follow kept ones, or there is no room
     */
    public Tensor apply(Tensor qkv, int[] kept, float[][] keys, float[][] values) {
        check(qkv, kept);
        int time = qkv.shape().dim(1);
        kernels().keepKeysAndValues(shape, qkv.data(), time, kept, keys, values);
        if (time > 1) {
            return CausalAttention.apply(qkv, shape.heads(), 0, null);
        }
        Tensor y = result(Shape.of(kept.length, 1, shape.channels()), qkv);
        kernels().cachedAttention(shape, qkv.data(), kept, keys, values, y.data());
        return y;
    }

    private void check(Tensor qkv, int[] kept) {
        if (qkv.needsGrad()) {
            throw new IllegalStateException("cached attention: has no gradient, open a NoGrad around it");
        }
        Shape wanted = Shape.of(kept.length, qkv.shape().dim(1), 3 * shape.channels());
        if (!qkv.shape().equals(wanted)) {
            throw new IllegalArgumentException("cached attention: " + wanted + " is needed, found " + qkv.shape());
        }
        int time = wanted.dim(1);
        for (int before : kept) {
            if (time > 1 && before > 0) {
                throw new IllegalArgumentException("cached attention: " + time + " positions after " + before
                        + " kept ones; one at a time can follow");
            }
            if (before + time > shape.capacity()) {
                throw new IllegalArgumentException("cached attention: no room for " + time + " positions after " + before
                        + ", " + shape.capacity() + " fit");
            }
        }
    }

    /** Never called: {@link #apply} records nothing. */
    @Override
    protected void backward(float[] grad) {
        throw new IllegalStateException("cached attention: has no gradient");
    }
}
