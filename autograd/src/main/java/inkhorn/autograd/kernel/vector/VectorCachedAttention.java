package inkhorn.autograd.kernel.vector;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import inkhorn.autograd.kernel.CacheShape;
import inkhorn.autograd.kernel.vector.gemm.Packing;
import inkhorn.autograd.kernel.vector.loops.VectorMath;
import inkhorn.autograd.kernel.vector.loops.VectorRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * One query of one head over kept keys and values. Every sum in the order in which {@link VectorAttention} makes it, so
 * that a position has the same bits whether it is computed alone or among others. Sums stay in registers, since keys
 * and values are too many for the caches when many texts are written side by side.
 */
final class VectorCachedAttention {
    /** Vectors of scores that are summed side by side. */
    private static final int ABREAST = 4;

    private static final int BLOCK = CacheShape.BLOCK;

    private VectorCachedAttention() {}

    /** So many scores of whole vectors for {@code length} keys. */
    static int padded(int length) {
        return Packing.panels(length, W) * W;
    }

    /**
     * @param head of the queries
     * @param query where it begins in {@code q}
     * @param length keys, the query's own included
     * @param scores room for {@link #padded} of the length
     */
    static void forward(CacheShape shape, int head, float[] q, int query, int length, float[] keys, float[] values,
                        float[] scores, float[] out, int outAt) {
        int padded = padded(length);
        int keyHead = shape.keyHead(head);
        scores(shape, keyHead, q, query, padded, keys, scores);
        lowerByDistance(scores, length, padded, shape.unscaledSlope(head));
        Arrays.fill(scores, length, padded, Float.NEGATIVE_INFINITY);
        VectorRows.expScaled(scores, padded, shape.scale());
        float sum = 0;
        for (int t = 0; t < length; t++) {
            sum += scores[t];
        }
        weighted(scores, length, 1 / sum, values, shape.valueAt(keyHead, 0), shape.headSize(), out, outAt);
    }

    /** ALiBi, as in {@link VectorAttention}; nothing where the slope is 0. */
    private static void lowerByDistance(float[] scores, int length, int padded, float slope) {
        for (int t = 0; t < padded && slope != 0; t += W) {
            VectorMath.UPWARD.add(t - (length - 1)).fma(FloatVector.broadcast(S, slope),
                    FloatVector.fromArray(S, scores, t)).intoArray(scores, t);
        }
    }

    /** Where a head has more channels than {@link AttentionHead#DEPTH}, a sum for each so many of them. */
    private static void scores(CacheShape shape, int keyHead, float[] q, int query, int padded, float[] keys,
                               float[] scores) {
        for (int d = 0; d < shape.headSize(); d += AttentionHead.DEPTH) {
            int depth = Math.min(AttentionHead.DEPTH, shape.headSize() - d);
            int t = 0;
            for (; t + ABREAST * W <= padded; t += ABREAST * W) {
                addScores(q, query + d, depth, keys, shape.keyAt(keyHead, d, t), shape.keyAt(keyHead, d, t + W),
                        shape.keyAt(keyHead, d, t + 2 * W), shape.keyAt(keyHead, d, t + 3 * W), scores, t, d > 0);
            }
            for (; t < padded; t += W) {
                addScores(q, query + d, depth, keys, shape.keyAt(keyHead, d, t), scores, t, d > 0);
            }
        }
    }

    /** Four vectors of scores, whose keys begin at {@code k0} to {@code k3}. */
    private static void addScores(float[] q, int query, int depth, float[] keys, int k0, int k1, int k2, int k3,
                                  float[] scores, int t, boolean add) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int d = 0; d < depth; d++) {
            FloatVector factor = FloatVector.broadcast(S, q[query + d]);
            s0 = factor.fma(FloatVector.fromArray(S, keys, k0 + d * BLOCK), s0);
            s1 = factor.fma(FloatVector.fromArray(S, keys, k1 + d * BLOCK), s1);
            s2 = factor.fma(FloatVector.fromArray(S, keys, k2 + d * BLOCK), s2);
            s3 = factor.fma(FloatVector.fromArray(S, keys, k3 + d * BLOCK), s3);
        }
        store(s0, scores, t, add);
        store(s1, scores, t + W, add);
        store(s2, scores, t + 2 * W, add);
        store(s3, scores, t + 3 * W, add);
    }

    private static void addScores(float[] q, int query, int depth, float[] keys, int k, float[] scores, int t,
                                  boolean add) {
        FloatVector sum = FloatVector.zero(S);
        for (int d = 0; d < depth; d++) {
            sum = FloatVector.broadcast(S, q[query + d]).fma(FloatVector.fromArray(S, keys, k + d * BLOCK), sum);
        }
        store(sum, scores, t, add);
    }

    private static void store(FloatVector sum, float[] scores, int t, boolean add) {
        (add ? sum.add(FloatVector.fromArray(S, scores, t)) : sum).intoArray(scores, t);
    }

    /** The values' sum weighted by {@code weights}, times {@code factor}. */
    private static void weighted(float[] weights, int length, float factor, float[] values, int from, int size,
                                 float[] out, int to) {
        int d = 0;
        for (; d + 2 * W <= size; d += 2 * W) {
            FloatVector s0 = FloatVector.zero(S);
            FloatVector s1 = s0;
            for (int t = 0; t < length; t++) {
                FloatVector weight = FloatVector.broadcast(S, weights[t]);
                s0 = weight.fma(FloatVector.fromArray(S, values, from + t * size + d), s0);
                s1 = weight.fma(FloatVector.fromArray(S, values, from + t * size + d + W), s1);
            }
            s0.mul(factor).intoArray(out, to + d);
            s1.mul(factor).intoArray(out, to + d + W);
        }
        for (; d + W <= size; d += W) {
            FloatVector sum = FloatVector.zero(S);
            for (int t = 0; t < length; t++) {
                sum = FloatVector.broadcast(S, weights[t])
                        .fma(FloatVector.fromArray(S, values, from + t * size + d), sum);
            }
            sum.mul(factor).intoArray(out, to + d);
        }
        for (; d < size; d++) {
            float sum = 0;
            for (int t = 0; t < length; t++) {
                sum = Math.fma(weights[t], values[from + t * size + d], sum);
            }
            out[to + d] = sum * factor;
        }
    }
}
