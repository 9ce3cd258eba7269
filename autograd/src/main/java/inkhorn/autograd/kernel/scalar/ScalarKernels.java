package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.CacheShape;
import inkhorn.autograd.kernel.Kernels;

/**
 * Plain single-threaded loops that a student can read: the specification of {@link Kernels}, the oracle of every other
 * back end, and what runs where the Vector API is missing. Each part of {@link Kernels} is an interface beside this class,
 * whose default methods are the loops. Sums run in double except in the matrix product, which stays in float for speed;
 * every run gives the same bits.
 */
public final class ScalarKernels implements Kernels, ScalarElements, ScalarAxis, ScalarRows, ScalarNorm, ScalarMatrix {

    @Override
    public String description() {
        return "scalar, plain loops, 1 thread";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public void close() {
        // No threads to end.
    }

    @Override
    public void attention(AttentionShape shape, float[] qkv, float p, long key, float[] out, float[] logSumExp) {
        new ScalarAttention(shape, qkv, p, key).forward(out, logSumExp);
    }

    @Override
    public void attentionBackward(AttentionShape shape, float[] qkv, float p, long key, float[] out, float[] logSumExp,
                                  float[] dOut, float[] dQkv, boolean add) {
        new ScalarAttention(shape, qkv, p, key).backward(out, logSumExp, dOut, dQkv, add);
    }

    @Override
    public void keepKeysAndValues(CacheShape shape, float[] qkv, int time, int[] first, float[][] keys, float[][] values) {
        for (int b = 0; b < keys.length; b++) {
            for (int head = 0; head < shape.heads(); head++) {
                shape.keep(head, first[b], time, qkv, b * time, keys[b], values[b]);
            }
        }
    }

    @Override
    public void cachedAttention(CacheShape shape, float[] qkv, int[] at, float[][] keys, float[][] values, float[] out) {
        for (int b = 0; b < keys.length; b++) {
            for (int head = 0; head < shape.heads(); head++) {
                int channel = head * shape.headSize();
                ScalarCachedAttention.forward(shape, head, qkv, b * 3 * shape.channels() + channel, at[b] + 1, keys[b], values[b],
                        out, b * shape.channels() + channel);
            }
        }
    }
}
