package inkhorn.autograd.kernel.vector;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.CounterRandom;
import inkhorn.autograd.kernel.HeadRows;
import inkhorn.autograd.kernel.vector.loops.VectorMath;
import inkhorn.autograd.kernel.vector.loops.VectorRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Causal attention of one head after another, a block of queries at a time; one task is a head of keys and values with
 * the query heads that it serves. Scores are held transposed, keys down and queries across: softmax then runs lane by
 * lane without sums over lanes, and the weights already lie as the next product reads them. Nothing of size T×T exists;
 * what lies above the diagonal is left out but for the rest of a tile.
 */
final class VectorAttention {
    private static final int QUERIES = AttentionHead.QUERIES;

    /** W times -infinity, then W zeros: at offset W-j it forbids the first j lanes. */
    private static final float[] FORBID = new float[2 * W];

    static {
        Arrays.fill(FORBID, 0, W, Float.NEGATIVE_INFINITY);
    }

    private VectorAttention() {}

    /** Forward of the query heads that head {@code keyHead} of keys and values serves, in sequence {@code b}. */
    static void forward(AttentionShape shape, int b, int keyHead, HeadRows q, HeadRows k, HeadRows v, float p, long key,
                        float[] out, float[] logSumExp) {
        float[] keys = null;
        float[] values = null;
        for (int head = keyHead * shape.group(); head < (keyHead + 1) * shape.group(); head++) {
            AttentionHead h = new AttentionHead(shape, b, head);
            if (keys == null) {
                keys = h.rows(k, 0);
                values = h.rows(v, 1);
            }
            forward(h, q, keys, values, p, key, out, logSumExp);
        }
    }

    private static void forward(AttentionHead h, HeadRows queries, float[] keys, float[] values, float p, long key,
                                float[] out, float[] logSumExp) {
        float[] scores = h.scores(2);
        float[] tile = h.sums(3, QUERIES);
        float[] inverse = h.scratch.array(4, QUERIES);
        for (int q0 = 0; q0 < h.time; q0 += QUERIES) {
            int count = Math.min(QUERIES, h.time - q0);
            int limit = q0 + count;
            h.acrossQueries(queries.array(), h.query(queries, q0), queries.step(), q0, count, keys, scores);
            for (int lane = 0; lane < count; lane += W) {
                softmax(h, q0, lane, limit, scores, p, key, inverse, logSumExp);
            }
            h.weighted(scores, q0, count, values, tile);
            for (int q = 0; q < count; q++) {
                scaledCopy(tile, h.sum(q), inverse[q], out, h.outRow(q0 + q), h.size, false);
            }
        }
    }

    /** Softmax down W columns of transposed scores, left without its division; dropout on top. */
    private static void softmax(AttentionHead h, int q0, int lane, int limit, float[] scores, float p, long key,
                                float[] inverse, float[] logSumExp) {
        int first = q0 + lane;
        int end = Math.min(limit, first + W);
        float[] max = h.scratch.lanes();
        forbidLater(scores, first, lane, end);
        lowerByDistance(scores, first, lane, end, h.slope);
        columnMax(scores, lane, end, max);
        columnExp(scores, lane, end, max, h.scale, inverse);
        for (int k = end; k < limit; k++) {
            FloatVector.zero(S).intoArray(scores, AttentionHead.score(k, lane));
        }
        if (p > 0) {
            drop(h, first, lane, end, scores, p, key);
        }
        int lanes = Math.min(W, h.time - first);
        float[] logs = h.scratch.array(11, W);
        logarithms(inverse, lane, max, h.scale, logs);
        System.arraycopy(logs, 0, logSumExp, h.statistics + first, lanes);
    }

    /** {@code logs = scale·max + ln(sums)}; the sums become their inverses. */
    private static void logarithms(float[] sums, int lane, float[] max, float scale, float[] logs) {
        FloatVector sum = FloatVector.fromArray(S, sums, lane);
        VectorMath.log(sum).add(FloatVector.fromArray(S, max, 0).mul(scale)).intoArray(logs, 0);
        FloatVector.broadcast(S, 1f).div(sum).intoArray(sums, lane);
    }

    private static void columnMax(float[] scores, int lane, int end, float[] max) {
        FloatVector largest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        for (int k = 0; k < end; k++) {
            largest = largest.max(FloatVector.fromArray(S, scores, AttentionHead.score(k, lane)));
        }
        largest.intoArray(max, 0);
    }

    /** Scores become exp(scale·(score - max)); their sums go to {@code sums} from index lane. */
    private static void columnExp(float[] scores, int lane, int end, float[] max, float scale, float[] sums) {
        FloatVector largest = FloatVector.fromArray(S, max, 0);
        FloatVector sum = FloatVector.zero(S);
        for (int k = 0; k < end; k++) {
            int at = AttentionHead.score(k, lane);
            FloatVector e = VectorMath.expToZero(FloatVector.fromArray(S, scores, at).sub(largest).mul(scale));
            e.intoArray(scores, at);
            sum = sum.add(e);
        }
        sum.intoArray(sums, lane);
    }

    /** Dropout down W columns of weights. */
    private static void drop(AttentionHead h, int first, int lane, int end, float[] weights, float p, long key) {
        int threshold = CounterRandom.dropBelow(p) ^ Integer.MIN_VALUE;
        float scale = 1 / (1 - p);
        for (int k = 0; k < end; k++) {
            int at = AttentionHead.score(k, lane);
            VectorMath.drop(FloatVector.fromArray(S, weights, at), key, h.draw(first, k), threshold, scale)
                    .intoArray(weights, at);
        }
    }

    /**
     * Scores of keys later than their query become -infinity: in W columns from query {@code first} on, keys up to end.
     */
    private static void forbidLater(float[] scores, int first, int lane, int end) {
        for (int k = first + 1; k < end; k++) {
            int at = AttentionHead.score(k, lane);
            FloatVector.fromArray(S, FORBID, W - (k - first)).add(FloatVector.fromArray(S, scores, at))
                    .intoArray(scores, at);
        }
    }

    /** ALiBi in W columns from query {@code first} on, keys up to end; nothing where the slope is 0. */
    private static void lowerByDistance(float[] scores, int first, int lane, int end, float slope) {
        for (int k = 0; k < end && slope != 0; k++) {
            int at = AttentionHead.score(k, lane);
            VectorMath.UPWARD.sub(k - first).neg().fma(FloatVector.broadcast(S, slope),
                    FloatVector.fromArray(S, scores, at)).intoArray(scores, at);
        }
    }

    /**
     * What a backward pass writes: the gradients of queries, keys and values, each of which may be null, and whether
     * they are added.
     */
    record HeadGradients(HeadRows q, boolean addQ, HeadRows k, boolean addK, HeadRows v, boolean addV) {}

    /** Backward of the query heads that head {@code keyHead} of keys and values serves, in sequence {@code b}. */
    static void backward(AttentionShape shape, int b, int keyHead, HeadRows q, HeadRows k, HeadRows v, float p,
                         long key, float[] out, float[] logSumExp, float[] dOut, HeadGradients to) {
        AttentionHead first = new AttentionHead(shape, b, keyHead * shape.group());
        BackwardBuffers buffers = new BackwardBuffers(first, k, v);
        backward(first, q, p, key, out, logSumExp, dOut, to, buffers, true);
        for (int i = 1; i < shape.group(); i++) {
            AttentionHead h = new AttentionHead(shape, b, keyHead * shape.group() + i);
            backward(h, q, p, key, out, logSumExp, dOut, to, buffers, false);
        }
        for (int t = 0; t < first.time; t++) {
            if (to.k != null) {
                scaledCopy(buffers.dKeys, first.sum(t), 1, to.k.array(), first.key(to.k, t), first.size, to.addK);
            }
            if (to.v != null) {
                scaledCopy(buffers.dValues, first.sum(t), 1, to.v.array(), first.key(to.v, t), first.size, to.addV);
            }
        }
    }

    private static void backward(AttentionHead h, HeadRows queries, float p, long key, float[] out, float[] logSumExp,
                                 float[] dOut, HeadGradients to, BackwardBuffers buffers, boolean first) {
        for (int q0 = 0; q0 < h.time; q0 += QUERIES) {
            int count = Math.min(QUERIES, h.time - q0);
            int limit = q0 + count;
            int queriesAt = h.query(queries, q0);
            rowStatistics(h, q0, count, out, dOut, logSumExp, buffers);
            h.acrossQueries(queries.array(), queriesAt, queries.step(), q0, count, buffers.keys, buffers.weights);
            h.acrossQueries(dOut, h.outRow(q0), h.channels, q0, count, buffers.values, buffers.dScores);
            for (int lane = 0; lane < count; lane += W) {
                weightsAndDScores(h, q0, lane, limit, p, key, buffers);
            }
            if (to.q != null) {
                h.weighted(buffers.dScores, q0, count, buffers.keys, buffers.tile);
                for (int q = 0; q < count; q++) {
                    scaledCopy(buffers.tile, h.sum(q), 1, to.q.array(), h.query(to.q, q0 + q), h.size, to.addQ);
                }
            }
            h.addTransposed(buffers.weights, q0, count, dOut, h.channels, h.outRow(q0), buffers.dValues, first);
            h.addTransposed(buffers.dScores, q0, count, queries.array(), queries.step(), queriesAt, buffers.dKeys,
                    first);
        }
    }

    /** Per query: log-sum-exp, and the inner product of output and its gradient. */
    private static void rowStatistics(AttentionHead h, int q0, int count, float[] out, float[] dOut,
                                      float[] logSumExp, BackwardBuffers buf) {
        System.arraycopy(logSumExp, h.statistics + q0, buf.logSumExp, 0, count);
        Arrays.fill(buf.logSumExp, count, QUERIES, 0);
        for (int q = 0; q < count; q++) {
            int at = h.outRow(q0 + q);
            buf.dots[q] = (float) VectorRows.dot(out, at, dOut, at, h.size);
        }
        Arrays.fill(buf.dots, count, QUERIES, 0);
    }

    /** Turns scores into dropped-out weights, and their gradients into those of the scores, down W columns. */
    private static void weightsAndDScores(AttentionHead h, int q0, int lane, int limit, float p, long key,
                                          BackwardBuffers buf) {
        int first = q0 + lane;
        int end = Math.min(limit, first + W);
        float[] weights = buf.weights;
        float[] dScores = buf.dScores;
        forbidLater(weights, first, lane, end);
        lowerByDistance(weights, first, lane, end, h.slope);
        columnWeights(weights, lane, end, h.scale, buf.logSumExp);
        if (p > 0) {
            dropBackward(h, first, lane, end, p, key, buf.dots, weights, dScores);
        } else {
            softmaxBackward(lane, end, h.scale, buf.dots, weights, dScores);
        }
        for (int k = end; k < limit; k++) {
            FloatVector.zero(S).intoArray(weights, AttentionHead.score(k, lane));
            FloatVector.zero(S).intoArray(dScores, AttentionHead.score(k, lane));
        }
    }

    private static void columnWeights(float[] scores, int lane, int end, float scale, float[] logSumExp) {
        FloatVector logSum = FloatVector.fromArray(S, logSumExp, lane);
        for (int k = 0; k < end; k++) {
            int at = AttentionHead.score(k, lane);
            VectorMath.expToZero(FloatVector.fromArray(S, scores, at).mul(scale).sub(logSum)).intoArray(scores, at);
        }
    }

    private static void softmaxBackward(int lane, int end, float scale, float[] dots, float[] weights,
                                        float[] dScores) {
        FloatVector dot = FloatVector.fromArray(S, dots, lane);
        for (int k = 0; k < end; k++) {
            int at = AttentionHead.score(k, lane);
            FloatVector w = FloatVector.fromArray(S, weights, at);
            FloatVector.fromArray(S, dScores, at).sub(dot).mul(w).mul(scale).intoArray(dScores, at);
        }
    }

    /** Dropout of the weights, and the gradients of the scores that come through it, down W columns. */
    private static void dropBackward(AttentionHead h, int first, int lane, int end, float p, long key, float[] dots,
                                     float[] weights, float[] dScores) {
        FloatVector dot = FloatVector.fromArray(S, dots, lane);
        int threshold = CounterRandom.dropBelow(p) ^ Integer.MIN_VALUE;
        float keptScale = 1 / (1 - p);
        for (int k = 0; k < end; k++) {
            int at = AttentionHead.score(k, lane);
            FloatVector w = FloatVector.fromArray(S, weights, at);
            FloatVector kept = VectorMath.drop(FloatVector.broadcast(S, 1f), key, h.draw(first, k), threshold,
                    keptScale);
            w.mul(kept).intoArray(weights, at);
            FloatVector.fromArray(S, dScores, at).mul(kept).sub(dot).mul(w).mul(h.scale).intoArray(dScores, at);
        }
    }

    private static void scaledCopy(float[] from, int at, float factor, float[] to, int toAt, int n, boolean add) {
        int i = 0;
        if (add) {
            for (; i + W <= n; i += W) {
                FloatVector.fromArray(S, from, at + i).mul(factor).add(FloatVector.fromArray(S, to, toAt + i))
                        .intoArray(to, toAt + i);
            }
        } else {
            for (; i + W <= n; i += W) {
                FloatVector.fromArray(S, from, at + i).mul(factor).intoArray(to, toAt + i);
            }
        }
        for (; i < n; i++) {
            float value = from[at + i] * factor;
            to[toAt + i] = add ? value + to[toAt + i] : value;
        }
    }

    /** What the backward pass of a head works in. */
    private static final class BackwardBuffers {
        private final float[] keys;
        private final float[] values;
        private final float[] weights;
        private final float[] dScores;
        private final float[] tile;
        private final float[] dKeys;
        private final float[] dValues;
        private final float[] logSumExp;
        private final float[] dots;

        BackwardBuffers(AttentionHead h, HeadRows k, HeadRows v) {
            keys = h.rows(k, 0);
            values = h.rows(v, 1);
            weights = h.scores(3);
            dScores = h.scores(4);
            tile = h.sums(6, QUERIES);
            dKeys = h.sums(7, h.paddedKeys());
            dValues = h.sums(8, h.paddedKeys());
            logSumExp = h.scratch.array(9, 2 * QUERIES);
            dots = h.scratch.array(10, 2 * QUERIES);
        }
    }
}
