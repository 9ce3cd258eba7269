package inkhorn.autograd.kernel.vector;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import inkhorn.autograd.kernel.CacheShape;
import inkhorn.autograd.kernel.vector.gemm.FewRows;
import inkhorn.autograd.kernel.vector.gemm.Packing;
import inkhorn.autograd.kernel.vector.loops.Scratch;
import inkhorn.autograd.kernel.vector.loops.VectorElementwise;
import inkhorn.autograd.kernel.vector.loops.VectorRows;
import java.util.Arrays;

/**
 * One query of one head over kept keys and values. Every sum in the order in which {@link VectorAttention} makes it, so
 * that a position has the same bits whether it is computed alone or among others.
 */
final class VectorCachedAttention {
    private static final int SLOT_SCORES = 0;
    private static final int SLOT_PART = 1;
    private static final int SLOT_VALUES = 2;

    private VectorCachedAttention() {}

    /**
     * @param head of the queries
     * @param query where it begins in {@code q}
     * @param length keys, the query's own included
     */
    static void forward(CacheShape shape, int head, float[] q, int query, int length, float[] keys, float[] values,
                        float[] out, int outAt) {
        int padded = Packing.panels(length, W) * W;
        int size = shape.headSize();
        int keyHead = shape.keyHead(head);
        float[] scores = scores(shape, keyHead, q, query, padded, keys);
        Arrays.fill(scores, length, padded, Float.NEGATIVE_INFINITY);
        VectorRows.expScaled(scores, padded, shape.scale());
        float sum = 0;
        for (int t = 0; t < length; t++) {
            sum += scores[t];
        }
        float inverse = 1 / sum;
        float[] weighted = Scratch.ofThread().array(SLOT_VALUES, size);
        FewRows.multiply(1, size, length, scores, 0, 0, values, shape.valueAt(keyHead, 0), size, weighted, 0);
        for (int d = 0; d < size; d++) {
            out[outAt + d] = weighted[d] * inverse;
        }
    }

    private static float[] scores(CacheShape shape, int keyHead, float[] q, int query, int padded, float[] keys) {
        Scratch scratch = Scratch.ofThread();
        float[] scores = scratch.array(SLOT_SCORES, padded);
        for (int d = 0; d < shape.headSize(); d += AttentionHead.DEPTH) {
            int depth = Math.min(AttentionHead.DEPTH, shape.headSize() - d);
            float[] part = d == 0 ? scores : scratch.array(SLOT_PART, padded);
            FewRows.multiply(1, padded, depth, q, query + d, 0, keys, shape.keyAt(keyHead, d, 0), shape.keyStep(), part,
                    0);
            if (d > 0) {
                VectorElementwise.addInPlace(part, 0, scores, 0, padded);
            }
        }
        return scores;
    }
}
