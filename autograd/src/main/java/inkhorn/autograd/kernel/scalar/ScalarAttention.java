package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.CounterRandom;
import java.util.Arrays;

/**
 * The scalar causal self-attention, one query at a time: its weights over the keys before it are one row of T numbers,
 * made again in the backward pass from the kept log-sum-exp (Dao et al. 2022, algorithms 1 and 4, without tiles).
 */
final class ScalarAttention {

    private final AttentionShape shape;
    private final float[] qkv;
    private final long key;
    private final boolean drops;
    private final int dropBelow;
    private final float keptFactor;
    private final int size;
    private final int channels;
    /** Of one query, over the keys: softmax, and the factor 0 or 1/(1-p) that dropout multiplies it by. */
    private final double[] weight;
    private final double[] mask;

    ScalarAttention(AttentionShape shape, float[] qkv, float p, long key) {
        this.shape = shape;
        this.qkv = qkv;
        this.key = key;
        this.drops = p > 0;
        this.dropBelow = CounterRandom.dropBelow(p);
        this.keptFactor = 1 / (1 - p);
        this.size = shape.headSize();
        this.channels = shape.channels();
        this.weight = new double[shape.time()];
        this.mask = new double[shape.time()];
    }

    void forward(float[] out, float[] logSumExp) {
        for (int b = 0; b < shape.batch(); b++) {
            for (int h = 0; h < shape.heads(); h++) {
                for (int q = 0; q < shape.time(); q++) {
                    logSumExp[logSumExpAt(b, h, q)] = (float) softmax(b, h, q);
                    drawMask(b, h, q);
                    mixValues(b, h, q, out);
                }
            }
        }
    }

    private int logSumExpAt(int b, int h, int q) {
        return (b * shape.heads() + h) * shape.time() + q;
    }

    /** Where query (part 0), key (1) or value (2) of a position begins. */
    private int at(int part, int b, int h, int t) {
        return ((b * shape.time() + t) * 3 + part) * channels + h * size;
    }

    private int outAt(int b, int h, int t) {
        return (b * shape.time() + t) * channels + h * size;
    }

    private double score(int b, int h, int q, int k) {
        return shape.scale() * dot(qkv, at(0, b, h, q), qkv, at(1, b, h, k));
    }

    private double dot(float[] x, int xAt, float[] y, int yAt) {
        double sum = 0;
        for (int d = 0; d < size; d++) {
            sum += (double) x[xAt + d] * y[yAt + d];
        }
        return sum;
    }

    /** Fills {@link #weight} for one query and returns its log-sum-exp. */
    private double softmax(int b, int h, int q) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k <= q; k++) {
            weight[k] = score(b, h, q, k);
            largest = Math.max(largest, weight[k]);
        }
        double sum = 0;
        for (int k = 0; k <= q; k++) {
            sum += Math.exp(weight[k] - largest);
        }
        double logSum = largest + Math.log(sum);
        for (int k = 0; k <= q; k++) {
            weight[k] = Math.exp(weight[k] - logSum);
        }
        return logSum;
    }

    private void drawMask(int b, int h, int q) {
        for (int k = 0; k <= q; k++) {
            boolean kept = !drops || CounterRandom.keeps(key, shape.draw(b, h, q, k), dropBelow);
            mask[k] = kept ? keptFactor : 0;
        }
    }

    private void mixValues(int b, int h, int q, float[] out) {
        int outAt = outAt(b, h, q);
        Arrays.fill(out, outAt, outAt + size, 0);
        for (int k = 0; k <= q; k++) {
            addScaled(weight[k] * mask[k], qkv, at(2, b, h, k), out, outAt);
        }
    }

    private void addScaled(double factor, float[] x, int xAt, float[] out, int outAt) {
        float f = (float) factor;
        for (int d = 0; d < size; d++) {
            out[outAt + d] += f * x[xAt + d];
        }
    }

    void backward(float[] out, float[] logSumExp, float[] dOut, float[] dQkv, boolean add) {
        if (!add) {
            Arrays.fill(dQkv, 0, shape.batch() * shape.time() * 3 * channels, 0);
        }
        for (int b = 0; b < shape.batch(); b++) {
            for (int h = 0; h < shape.heads(); h++) {
                for (int q = 0; q < shape.time(); q++) {
                    double logSum = logSumExp[logSumExpAt(b, h, q)];
                    for (int k = 0; k <= q; k++) {
                        weight[k] = Math.exp(score(b, h, q, k) - logSum);
                    }
                    drawMask(b, h, q);
                    backwardQuery(b, h, q, out, dOut, dQkv);
                }
            }
        }
    }

    /** {@code dV += w·m·dO; dScore = w · (m · dO·V - dO·O); dQ += scale · dScore · K; dK += scale · dScore · Q}. */
    private void backwardQuery(int b, int h, int q, float[] out, float[] dOut, float[] dQkv) {
        int outAt = outAt(b, h, q);
        double mean = dot(dOut, outAt, out, outAt);
        for (int k = 0; k <= q; k++) {
            addScaled(weight[k] * mask[k], dOut, outAt, dQkv, at(2, b, h, k));
            double dWeight = mask[k] * dot(dOut, outAt, qkv, at(2, b, h, k));
            double dScore = shape.scale() * weight[k] * (dWeight - mean);
            addScaled(dScore, qkv, at(1, b, h, k), dQkv, at(0, b, h, q));
            addScaled(dScore, qkv, at(0, b, h, q), dQkv, at(1, b, h, k));
        }
    }
}
