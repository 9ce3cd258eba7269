package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.Samples.assertClose;
import static inkhorn.autograd.kernel.Samples.assertOutput;
import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.unclean;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.kernel.AttentionKernels.RotaryShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Causal attention against a definition that holds the whole T by T matrix. */
public interface AttentionKernelsContract {

    long KEY = 0x5eed;

    AttentionShape[] SHAPES = {
        new AttentionShape(1, 1, 1, 1, 1), new AttentionShape(2, 7, 3, 3, 5), new AttentionShape(1, 13, 2, 2, 16),
        new AttentionShape(3, 31, 1, 1, 7), new AttentionShape(2, 64, 2, 2, 32), new AttentionShape(1, 65, 3, 3, 13),
        new AttentionShape(1, 207, 2, 2, 64), new AttentionShape(5, 3, 4, 4, 8),
        // Heads wider than a micro-kernel is deep.
        new AttentionShape(1, 19, 1, 1, 401), new AttentionShape(1, 5, 2, 2, 800),
        // Heads of queries that share one of keys and values.
        new AttentionShape(2, 7, 4, 2, 5), new AttentionShape(1, 207, 6, 2, 16), new AttentionShape(3, 65, 3, 1, 13),
        // With ALiBi.
        new AttentionShape(1, 65, 3, 3, 13, true), new AttentionShape(2, 7, 4, 2, 5, true),
        new AttentionShape(1, 207, 6, 2, 16, true)};

    Kernels kernels();

    /** Queries, keys and values side by side in one array, with a gap behind each. */
    record Packed(AttentionShape shape, float[] array, int gap) {

        public static Packed normal(long seed, AttentionShape shape, int gap) {
            return new Packed(shape, Samples.normal(seed, shape.batch() * shape.time() * step(shape, gap)), gap);
        }

        static int step(AttentionShape shape, int gap) {
            return (shape.heads() + 2 * shape.keyHeads()) * shape.headSize() + 3 * gap;
        }

        HeadRows q(float[] in) {
            return new HeadRows(in, 0, step(shape, gap));
        }

        HeadRows k(float[] in) {
            return new HeadRows(in, shape.channels() + gap, step(shape, gap));
        }

        HeadRows v(float[] in) {
            return new HeadRows(in, shape.channels() + shape.keyHeads() * shape.headSize() + 2 * gap, step(shape, gap));
        }

        public void attention(Kernels kernels, float p, float[] out, float[] logSumExp) {
            kernels.attention(shape, q(array), k(array), v(array), p, KEY, out, logSumExp);
        }

        public void backward(Kernels kernels, float p, float[] out, float[] logSumExp, float[] dOut, float[] d,
                             boolean add) {
            kernels.attentionBackward(shape, q(array), k(array), v(array), p, KEY, out, logSumExp, dOut,
                    q(d), add, k(d), add, v(d), add);
        }
    }

    /** One head's queries, keys, values, weights and gradients in double. */
    final class Definition {
        private final AttentionShape shape;
        private final HeadRows q;
        private final HeadRows k;
        private final HeadRows v;
        private final float p;
        final double[] out;
        final double[] logSumExp;
        /** In the places of the values, 0 in the gaps. */
        final double[] gradient;

        Definition(Packed packed, float p, float[] dOut) {
            shape = packed.shape();
            q = packed.q(packed.array());
            k = packed.k(packed.array());
            v = packed.v(packed.array());
            this.p = p;
            int positions = shape.batch() * shape.time();
            out = new double[positions * shape.channels()];
            logSumExp = new double[positions * shape.heads()];
            gradient = new double[packed.array().length];
            for (int b = 0; b < shape.batch(); b++) {
                for (int h = 0; h < shape.heads(); h++) {
                    head(b, h, dOut);
                }
            }
        }

        private int at(HeadRows rows, int b, int h, int t) {
            return rows.at(b * shape.time() + t, rows == q ? h : h / shape.group(), shape.headSize());
        }

        private void head(int b, int h, float[] dOut) {
            int time = shape.time();
            double[][] weights = new double[time][time];
            double[][] masks = new double[time][time];
            for (int t = 0; t < time; t++) {
                logSumExp[(b * shape.heads() + h) * time + t] = weigh(b, h, t, weights[t]);
                for (int s = 0; s <= t; s++) {
                    boolean keeps = p == 0
                            || CounterRandom.keeps(KEY, shape.draw(b, h, t, s), CounterRandom.dropBelow(p));
                    masks[t][s] = keeps ? 1 / (1 - (double) p) : 0;
                }
            }
            mix(b, h, weights, masks);
            if (dOut != null) {
                back(b, h, weights, masks, dOut);
            }
        }

        private double weigh(int b, int h, int t, double[] weights) {
            double sum = 0;
            for (int s = 0; s <= t; s++) {
                double score = 0;
                for (int d = 0; d < shape.headSize(); d++) {
                    score += (double) q.array()[at(q, b, h, t) + d] * k.array()[at(k, b, h, s) + d];
                }
                weights[s] = Math.exp(score / Math.sqrt(shape.headSize())
                        - (shape.alibi() ? slopes(shape.heads()).get(h) * (t - s) : 0));
                sum += weights[s];
            }
            for (int s = 0; s <= t; s++) {
                weights[s] /= sum;
            }
            return Math.log(sum);
        }

        /** As {@code get_slopes} in the paper's code (Press et al. 2022). */
        static List<Double> slopes(int heads) {
            double log = Math.log(heads) / Math.log(2);
            if (log == Math.rint(log)) {
                double start = Math.pow(2, -Math.pow(2, -(log - 3)));
                return Stream.iterate(start, slope -> slope * start).limit(heads).toList();
            }
            int power = (int) Math.pow(2, Math.floor(log));
            List<Double> ofTwice = slopes(2 * power);
            List<Double> slopes = new ArrayList<>(slopes(power));
            for (int i = 0; slopes.size() < heads; i += 2) {
                slopes.add(ofTwice.get(i));
            }
            return slopes;
        }

        private void mix(int b, int h, double[][] weights, double[][] masks) {
            for (int t = 0; t < shape.time(); t++) {
                for (int s = 0; s <= t; s++) {
                    for (int d = 0; d < shape.headSize(); d++) {
                        out[outAt(b, h, t) + d] += weights[t][s] * masks[t][s] * v.array()[at(v, b, h, s) + d];
                    }
                }
            }
        }

        private int outAt(int b, int h, int t) {
            return (b * shape.time() + t) * shape.channels() + h * shape.headSize();
        }

        private void back(int b, int h, double[][] weights, double[][] masks, float[] dOut) {
            double scale = 1 / Math.sqrt(shape.headSize());
            for (int t = 0; t < shape.time(); t++) {
                double[] dWeights = new double[t + 1];
                double mean = 0;
                for (int s = 0; s <= t; s++) {
                    for (int d = 0; d < shape.headSize(); d++) {
                        double dy = dOut[outAt(b, h, t) + d];
                        dWeights[s] += dy * v.array()[at(v, b, h, s) + d] * masks[t][s];
                        gradient[at(v, b, h, s) + d] += dy * weights[t][s] * masks[t][s];
                    }
                    mean += weights[t][s] * dWeights[s];
                }
                for (int s = 0; s <= t; s++) {
                    double dScore = scale * weights[t][s] * (dWeights[s] - mean);
                    for (int d = 0; d < shape.headSize(); d++) {
                        gradient[at(q, b, h, t) + d] += dScore * k.array()[at(k, b, h, s) + d];
                        gradient[at(k, b, h, s) + d] += dScore * q.array()[at(q, b, h, t) + d];
                    }
                }
            }
        }
    }

    @Test
    default void attentionAgreesWithItsDefinition() {
        for (AttentionShape shape : SHAPES) {
            for (float p : new float[] {0, 0.3f}) {
                Packed packed = Packed.normal(1, shape, p == 0 ? 0 : 3);
                Definition expected = new Definition(packed, p, null);
                float[] out = unclean(expected.out.length);
                float[] logSumExp = unclean(expected.logSumExp.length);
                packed.attention(kernels(), p, out, logSumExp);
                assertClose("out of " + shape + " at p " + p, out, expected.out, 1e-5);
                assertClose("log-sum-exp of " + shape, logSumExp, expected.logSumExp, 1e-5);
            }
        }
    }

    @Test
    default void slopesOfAlibiAreThoseOfThePapersCode() {
        for (int heads = 1; heads < 34; heads++) {
            for (int head = 0; head < heads; head++) {
                assertThat(new AttentionShape(1, 1, heads, heads, 1, true).slope(head)).as("%d of %d", head, heads)
                        .isCloseTo(Definition.slopes(heads).get(head), within(1e-12));
            }
        }
    }

    @Test
    default void backwardOfAttentionAgreesWithItsDefinition() {
        for (AttentionShape shape : SHAPES) {
            for (float p : new float[] {0, 0.3f}) {
                Packed packed = Packed.normal(2, shape, 0);
                float[] dOut = normal(3, shape.batch() * shape.time() * shape.channels());
                Definition expected = new Definition(packed, p, dOut);
                float[] out = new float[dOut.length];
                float[] logSumExp = new float[expected.logSumExp.length];
                packed.attention(kernels(), p, out, logSumExp);
                assertOutput("gradients of " + shape + " at p " + p, expected.gradient, 3e-5, (d, add) ->
                        packed.backward(kernels(), p, out, logSumExp, dOut, d, add));
            }
        }
    }

    @Test
    default void backwardOfAttentionWritesWhatIsWantedAndNothingBesideIt() {
        AttentionShape shape = new AttentionShape(2, 21, 4, 2, 6);
        int gap = 5;
        Packed packed = Packed.normal(5, shape, gap);
        float[] dOut = normal(6, shape.batch() * shape.time() * shape.channels());
        Definition expected = new Definition(packed, 0, dOut);
        float[] out = new float[dOut.length];
        float[] logSumExp = new float[expected.logSumExp.length];
        packed.attention(kernels(), 0, out, logSumExp);
        for (int wanted = 1; wanted < 8; wanted++) {
            float[] d = new float[packed.array().length];
            Arrays.fill(d, 7);
            double[] exact = new double[d.length];
            Arrays.fill(exact, 7);
            HeadRows[] to = {packed.q(d), packed.k(d), packed.v(d)};
            for (int i = 0; i < 3; i++) {
                int heads = i == 0 ? shape.heads() : shape.keyHeads();
                for (int row = 0; row < shape.batch() * shape.time() && (wanted >> i & 1) == 1; row++) {
                    int at = to[i].at(row, 0, 0);
                    System.arraycopy(expected.gradient, at, exact, at, heads * shape.headSize());
                }
                to[i] = (wanted >> i & 1) == 1 ? to[i] : null;
            }
            kernels().attentionBackward(shape, packed.q(packed.array()), packed.k(packed.array()),
                    packed.v(packed.array()), 0, KEY, out, logSumExp, dOut, to[0], false, to[1], false, to[2], false);
            assertClose("gradients wanted: " + wanted, d, exact, 3e-5);
        }
    }

    @Test
    default void attentionOfLargeScoresIsFinite() {
        AttentionShape shape = new AttentionShape(1, 33, 1, 1, 16);
        Packed packed = Packed.normal(4, shape, 0);
        for (int i = 0; i < packed.array().length; i++) {
            packed.array()[i] *= i % 48 < 32 ? 30 : 1;
        }
        float[] out = new float[33 * 16];
        packed.attention(kernels(), 0, out, new float[33]);
        double[] first = Samples.doubles(Arrays.copyOfRange(packed.array(), 32, 48));
        assertClose("the first position sees itself only", Arrays.copyOf(out, 16), first, 1e-6);
        for (float value : out) {
            assertThat(value).isFinite();
        }
    }

    RotaryShape[] ROTATIONS = {
        new RotaryShape(1, 2, 1, 2, 2), new RotaryShape(7, 3 * 24, 4, 12, 12), new RotaryShape(3, 40, 2, 9, 6),
        new RotaryShape(65, 3 * 64, 4, 32, 32), new RotaryShape(207, 131, 2, 65, 50), new RotaryShape(5, 30, 5, 6, 0)};

    /** A pair as a complex number times {@code e^(±i·angle)}, in double. */
    private static double[] rotated(RotaryShape shape, float[] x, double[] angles, int[] positions, int sign) {
        double[] y = Samples.doubles(x);
        for (int row = 0; row < shape.rows(); row++) {
            for (int pair = 0; pair < shape.heads() * shape.pairs(); pair++) {
                int i = pair % shape.pairs();
                int re = row * shape.width() + pair / shape.pairs() * shape.headSize() + i;
                int im = re + shape.rotated() / 2;
                double length = Math.hypot(x[re], x[im]);
                double angle = Math.atan2(x[im], x[re]) + sign * angles[positions[row] * shape.pairs() + i];
                y[re] = length * Math.cos(angle);
                y[im] = length * Math.sin(angle);
            }
        }
        return y;
    }

    @Test
    default void rotationIsTheProductWithAComplexNumberOfLengthOne() {
        int table = 9;
        for (RotaryShape shape : ROTATIONS) {
            float[] x = normal(21, shape.rows() * shape.width());
            double[] angles = Samples.doubles(normal(22, table * shape.pairs()));
            float[] turns = new float[table * shape.rotated()];
            for (int i = 0; i < angles.length; i++) {
                int at = i / shape.pairs() * shape.rotated() + i % shape.pairs();
                turns[at] = (float) Math.cos(angles[i]);
                turns[at + shape.pairs()] = (float) Math.sin(angles[i]);
            }
            int[] positions = Samples.indices(23, shape.rows(), table);
            for (boolean back : new boolean[] {false, true}) {
                double[] expected = rotated(shape, x, angles, positions, back ? -1 : 1);
                assertOutput(shape + (back ? " back" : ""), expected, 1e-6, (out, add) ->
                        kernels().rotate(shape, x, turns, positions, back, out, add));
                float[] inPlace = x.clone();
                kernels().rotate(shape, inPlace, turns, positions, back, inPlace, false);
                assertClose(shape + " in place", inPlace, expected, 1e-6);
            }
        }
    }
}
