package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.Samples.assertClose;
import static inkhorn.autograd.kernel.Samples.assertOutput;
import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.unclean;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Causal attention against a definition that holds the whole T by T matrix. */
public interface AttentionKernelsContract {

    long KEY = 0x5eed;

    AttentionShape[] SHAPES = {
        new AttentionShape(1, 1, 1, 1), new AttentionShape(2, 7, 3, 5), new AttentionShape(1, 13, 2, 16),
        new AttentionShape(3, 31, 1, 7), new AttentionShape(2, 64, 2, 32), new AttentionShape(1, 65, 3, 13),
        new AttentionShape(1, 207, 2, 64), new AttentionShape(5, 3, 4, 8),
        // Heads wider than a micro-kernel is deep.
        new AttentionShape(1, 19, 1, 401), new AttentionShape(1, 5, 2, 800)};

    Kernels kernels();

    /** One head's queries, keys, values, weights and gradients in double. */
    final class Definition {
        private final AttentionShape shape;
        private final float[] qkv;
        private final float p;
        final double[] out;
        final double[] logSumExp;
        final double[] dQkv;

        Definition(AttentionShape shape, float[] qkv, float p, float[] dOut) {
            this.shape = shape;
            this.qkv = qkv;
            this.p = p;
            int positions = shape.batch() * shape.time();
            out = new double[positions * shape.channels()];
            logSumExp = new double[positions * shape.heads()];
            dQkv = new double[positions * 3 * shape.channels()];
            for (int b = 0; b < shape.batch(); b++) {
                for (int h = 0; h < shape.heads(); h++) {
                    head(b, h, dOut);
                }
            }
        }

        private int at(int part, int b, int h, int t) {
            return (b * shape.time() + t) * 3 * shape.channels() + part * shape.channels() + h * shape.headSize();
        }

        private void head(int b, int h, float[] dOut) {
            int time = shape.time();
            double[][] weights = new double[time][time];
            double[][] masks = new double[time][time];
            for (int q = 0; q < time; q++) {
                logSumExp[(b * shape.heads() + h) * time + q] = weigh(b, h, q, weights[q]);
                for (int k = 0; k <= q; k++) {
                    boolean keeps = p == 0
                            || CounterRandom.keeps(KEY, shape.draw(b, h, q, k), CounterRandom.dropBelow(p));
                    masks[q][k] = keeps ? 1 / (1 - (double) p) : 0;
                }
            }
            mix(b, h, weights, masks);
            if (dOut != null) {
                back(b, h, weights, masks, dOut);
            }
        }

        private double weigh(int b, int h, int q, double[] weights) {
            double sum = 0;
            for (int k = 0; k <= q; k++) {
                double score = 0;
                for (int d = 0; d < shape.headSize(); d++) {
                    score += (double) qkv[at(0, b, h, q) + d] * qkv[at(1, b, h, k) + d];
                }
                weights[k] = Math.exp(score / Math.sqrt(shape.headSize()));
                sum += weights[k];
            }
            for (int k = 0; k <= q; k++) {
                weights[k] /= sum;
            }
            return Math.log(sum);
        }

        private void mix(int b, int h, double[][] weights, double[][] masks) {
            for (int q = 0; q < shape.time(); q++) {
                for (int k = 0; k <= q; k++) {
                    for (int d = 0; d < shape.headSize(); d++) {
                        out[outAt(b, h, q) + d] += weights[q][k] * masks[q][k] * qkv[at(2, b, h, k) + d];
                    }
                }
            }
        }

        private int outAt(int b, int h, int t) {
            return (b * shape.time() + t) * shape.channels() + h * shape.headSize();
        }

        private void back(int b, int h, double[][] weights, double[][] masks, float[] dOut) {
            double scale = 1 / Math.sqrt(shape.headSize());
            for (int q = 0; q < shape.time(); q++) {
                double[] dWeights = new double[q + 1];
                double mean = 0;
                for (int k = 0; k <= q; k++) {
                    for (int d = 0; d < shape.headSize(); d++) {
                        double dy = dOut[outAt(b, h, q) + d];
                        dWeights[k] += dy * qkv[at(2, b, h, k) + d] * masks[q][k];
                        dQkv[at(2, b, h, k) + d] += dy * weights[q][k] * masks[q][k];
                    }
                    mean += weights[q][k] * dWeights[k];
                }
                for (int k = 0; k <= q; k++) {
                    double dScore = scale * weights[q][k] * (dWeights[k] - mean);
                    for (int d = 0; d < shape.headSize(); d++) {
                        dQkv[at(0, b, h, q) + d] += dScore * qkv[at(1, b, h, k) + d];
                        dQkv[at(1, b, h, k) + d] += dScore * qkv[at(0, b, h, q) + d];
                    }
                }
            }
        }
    }

    @Test
    default void attentionAgreesWithItsDefinition() {
        for (AttentionShape shape : SHAPES) {
            for (float p : new float[] {0, 0.3f}) {
                float[] qkv = normal(1, shape.batch() * shape.time() * 3 * shape.channels());
                Definition expected = new Definition(shape, qkv, p, null);
                float[] out = unclean(expected.out.length);
                float[] logSumExp = unclean(expected.logSumExp.length);
                kernels().attention(shape, qkv, p, KEY, out, logSumExp);
                assertClose("out of " + shape + " at p " + p, out, expected.out, 1e-5);
                assertClose("log-sum-exp of " + shape, logSumExp, expected.logSumExp, 1e-5);
            }
        }
    }

    @Test
    default void backwardOfAttentionAgreesWithItsDefinition() {
        for (AttentionShape shape : SHAPES) {
            for (float p : new float[] {0, 0.3f}) {
                int size = shape.batch() * shape.time() * shape.channels();
                float[] qkv = normal(2, 3 * size);
                float[] dOut = normal(3, size);
                Definition expected = new Definition(shape, qkv, p, dOut);
                float[] out = new float[size];
                float[] logSumExp = new float[expected.logSumExp.length];
                kernels().attention(shape, qkv, p, KEY, out, logSumExp);
                assertOutput("dQkv of " + shape + " at p " + p, expected.dQkv, 3e-5, (dQkv, add) ->
                        kernels().attentionBackward(shape, qkv, p, KEY, out, logSumExp, dOut, dQkv, add));
            }
        }
    }

    @Test
    default void attentionOfLargeScoresIsFinite() {
        AttentionShape shape = new AttentionShape(1, 33, 1, 16);
        float[] qkv = normal(4, 33 * 48);
        for (int i = 0; i < qkv.length; i++) {
            qkv[i] *= i % 48 < 32 ? 30 : 1;
        }
        float[] out = new float[33 * 16];
        kernels().attention(shape, qkv, 0, KEY, out, new float[33]);
        double[] first = Samples.doubles(Arrays.copyOfRange(qkv, 32, 48));
        assertClose("the first position sees itself only", Arrays.copyOf(out, 16), first, 1e-6);
        for (float value : out) {
            assertThat(value).isFinite();
        }
    }
}
