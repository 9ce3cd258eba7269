package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.AttentionKernels;
import inkhorn.autograd.kernel.AttentionShape;
import inkhorn.autograd.kernel.CounterRandom;
import inkhorn.autograd.kernel.HeadRows;
import java.util.Arrays;

/**
 * The scalar causal self-attention, one query at a time: its weights over the keys before it are one row of T numbers,
 * made again in the backward pass from the kept log-sum-exp (Dao et al. 2022, algorithms 1 and 4, without tiles).
 */
interface ScalarAttention extends AttentionKernels {
    @Override
    default void attention(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key, float[] out,
                           float[] logSumExp) {
        Queries queries = new Queries(shape, q, k, v, p, key);
        queries.forEach((b, h, t) -> queries.forward(b, h, t, out, logSumExp));
    }

    @Override
    default void attentionBackward(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key,
                                   float[] out, float[] logSumExp, float[] dOut, HeadRows dQ, boolean addQ,
                                   HeadRows dK, boolean addK, HeadRows dV, boolean addV) {
        clear(shape, shape.heads(), dQ, addQ);
        clear(shape, shape.keyHeads(), dK, addK);
        clear(shape, shape.keyHeads(), dV, addV);
        Queries queries = new Queries(shape, q, k, v, p, key);
        queries.forEach((b, h, t) -> queries.backward(b, h, t, out, logSumExp, dOut, dQ, dK, dV));
    }

    @Override
    default void rotate(RotaryShape shape, float[] x, float[] turns, int[] positions, boolean back, float[] out,
                        boolean add) {
        for (int row = 0; row < shape.rows(); row++) {
            for (int c = 0; c < shape.width(); c++) {
                int at = row * shape.width() + c;
                int inHead = c % shape.headSize();
                if (c >= shape.heads() * shape.headSize() || inHead >= shape.rotated()) {
                    out[at] = add ? out[at] + x[at] : x[at];
                } else if (inHead < shape.pairs()) {
                    int other = at + shape.pairs();
                    float cos = turns[positions[row] * shape.rotated() + inHead];
                    float sin = turns[positions[row] * shape.rotated() + shape.pairs() + inHead];
                    float first = back ? x[at] * cos + x[other] * sin : x[at] * cos - x[other] * sin;
                    float second = back ? x[other] * cos - x[at] * sin : x[other] * cos + x[at] * sin;
                    out[at] = add ? out[at] + first : first;
                    out[other] = add ? out[other] + second : second;
                }
            }
        }
    }

    private static void clear(AttentionShape shape, int heads, HeadRows rows, boolean add) {
        for (int row = 0; row < shape.batch() * shape.time() && rows != null && !add; row++) {
            int at = rows.at(row, 0, 0);
            Arrays.fill(rows.array(), at, at + heads * shape.headSize(), 0);
        }
    }

    /** What is done for one query: of sequence b, head h, position t. */
    @FunctionalInterface
    interface ForQuery {
        void run(int b, int h, int t);
    }

    /** The operands, and the row of weights of one query. */
    final class Queries {
        private final AttentionShape shape;
        private final HeadRows q;
        private final HeadRows k;
        private final HeadRows v;
        private final long key;
        private final boolean drops;
        private final int dropBelow;
        private final float keptFactor;
        private final int size;
        /** Of one query, over the keys: softmax, and the factor 0 or 1/(1-p) that dropout multiplies it by. */
        private final double[] weight;
        private final double[] mask;

        Queries(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key) {
            this.shape = shape;
            this.q = q;
            this.k = k;
            this.v = v;
            this.key = key;
            this.drops = p > 0;
            this.dropBelow = CounterRandom.dropBelow(p);
            this.keptFactor = 1 / (1 - p);
            this.size = shape.headSize();
            this.weight = new double[shape.time()];
            this.mask = new double[shape.time()];
        }

        void forEach(ForQuery body) {
            for (int b = 0; b < shape.batch(); b++) {
                for (int h = 0; h < shape.heads(); h++) {
                    for (int t = 0; t < shape.time(); t++) {
                        body.run(b, h, t);
                    }
                }
            }
        }

        void forward(int b, int h, int t, float[] out, float[] logSumExp) {
            logSumExp[logSumExpAt(b, h, t)] = (float) softmax(b, h, t);
            drawMask(b, h, t);
            int outAt = outAt(b, h, t);
            Arrays.fill(out, outAt, outAt + size, 0);
            for (int s = 0; s <= t; s++) {
                addScaled(weight[s] * mask[s], v.array(), keyAt(v, b, h, s), out, outAt);
            }
        }

        private int logSumExpAt(int b, int h, int t) {
            return (b * shape.heads() + h) * shape.time() + t;
        }

        private int queryAt(HeadRows rows, int b, int h, int t) {
            return rows.at(b * shape.time() + t, h, size);
        }

        /** Where the key or value that query head h sees at position s begins. */
        private int keyAt(HeadRows rows, int b, int h, int s) {
            return rows.at(b * shape.time() + s, h / shape.group(), size);
        }

        private int outAt(int b, int h, int t) {
            return (b * shape.time() + t) * shape.channels() + h * size;
        }

        private double score(int b, int h, int t, int s) {
            double scaled = shape.scale() * dot(q.array(), queryAt(q, b, h, t), k.array(), keyAt(k, b, h, s));
            return shape.alibi() ? scaled - shape.slope(h) * (t - s) : scaled;
        }

        private double dot(float[] x, int xAt, float[] y, int yAt) {
            double sum = 0;
            for (int d = 0; d < size; d++) {
                sum += (double) x[xAt + d] * y[yAt + d];
            }
            return sum;
        }

        /** Fills {@link #weight} for one query and returns its log-sum-exp. */
        private double softmax(int b, int h, int t) {
            for (int s = 0; s <= t; s++) {
                weight[s] = score(b, h, t, s);
            }
            return softmax(weight, t + 1);
        }

        private void drawMask(int b, int h, int t) {
            for (int s = 0; s <= t; s++) {
                boolean kept = !drops || CounterRandom.keeps(key, shape.draw(b, h, t, s), dropBelow);
                mask[s] = kept ? keptFactor : 0;
            }
        }

        private void addScaled(double factor, float[] x, int xAt, float[] out, int outAt) {
            float f = (float) factor;
            for (int d = 0; d < size; d++) {
                out[outAt + d] += f * x[xAt + d];
            }
        }

        /** {@code dV += w·m·dO; dScore = w · (m · dO·V - dO·O); dQ += scale · dScore · K; dK += scale · dScore · Q}. */
        void backward(int b, int h, int t, float[] out, float[] logSumExp, float[] dOut, HeadRows dQ, HeadRows dK,
                      HeadRows dV) {
            double logSum = logSumExp[logSumExpAt(b, h, t)];
            for (int s = 0; s <= t; s++) {
                weight[s] = Math.exp(score(b, h, t, s) - logSum);
            }
            drawMask(b, h, t);
            int outAt = outAt(b, h, t);
            double mean = dot(dOut, outAt, out, outAt);
            for (int s = 0; s <= t; s++) {
                double dWeight = mask[s] * dot(dOut, outAt, v.array(), keyAt(v, b, h, s));
                double dScore = shape.scale() * weight[s] * (dWeight - mean);
                if (dV != null) {
                    addScaled(weight[s] * mask[s], dOut, outAt, dV.array(), keyAt(dV, b, h, s));
                }
                if (dQ != null) {
                    addScaled(dScore, k.array(), keyAt(k, b, h, s), dQ.array(), queryAt(dQ, b, h, t));
                }
                if (dK != null) {
                    addScaled(dScore, q.array(), queryAt(q, b, h, t), dK.array(), keyAt(dK, b, h, s));
                }
            }
        }

        /** Softmax of the first n scores in their place; returns their log-sum-exp. */
        static double softmax(double[] scores, int n) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < n; i++) {
                largest = Math.max(largest, scores[i]);
            }
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += Math.exp(scores[i] - largest);
            }
            double logSum = largest + Math.log(sum);
            for (int i = 0; i < n; i++) {
                scores[i] = Math.exp(scores[i] - logSum);
            }
            return logSum;
        }
    }
}
