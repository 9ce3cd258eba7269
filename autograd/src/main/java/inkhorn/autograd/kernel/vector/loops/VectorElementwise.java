package inkhorn.autograd.kernel.vector.loops;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.load;

import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.Binary;
import inkhorn.autograd.kernel.CounterRandom;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Element by element over a range of contiguous arrays; rests shorter than a vector are done one by one. */
public final class VectorElementwise {
    private static final int REPEAT = 1024;
    private static final int SLOT_A = 10;
    private static final int SLOT_B = 11;

    private VectorElementwise() {}

    /** {@code to[i] += from[i]}. */
    public static void addInPlace(float[] from, int fromAt, float[] to, int toAt, int n) {
        int i = 0;
        for (; i + W <= n; i += W) {
            FloatVector.fromArray(S, to, toAt + i).add(FloatVector.fromArray(S, from, fromAt + i))
                    .intoArray(to, toAt + i);
        }
        for (; i < n; i++) {
            to[toAt + i] += from[fromAt + i];
        }
    }

    public static void scale(float factor, float[] x, float[] out, int from, int to, boolean add) {
        int i = from;
        if (add) {
            FloatVector f = FloatVector.broadcast(S, factor);
            for (; i + W <= to; i += W) {
                FloatVector.fromArray(S, x, i).fma(f, FloatVector.fromArray(S, out, i)).intoArray(out, i);
            }
            for (; i < to; i++) {
                out[i] = Math.fma(factor, x[i], out[i]);
            }
            return;
        }
        for (; i + W <= to; i += W) {
            FloatVector.fromArray(S, x, i).mul(factor).intoArray(out, i);
        }
        for (; i < to; i++) {
            out[i] = factor * x[i];
        }
    }

    /** {@code out = f(a, b)} over n elements; each operand moves by its step from element to element, 0 to repeat. */
    public static void binary(Binary f, float[] a, int aAt, int aStep, float[] b, int bAt, int bStep,
                       float[] out, int at, int n) {
        if (aStep > 1 || bStep > 1) {
            for (int i = 0; i < n; i++) {
                out[at + i] = one(f, a[aAt + i * aStep], b[bAt + i * bStep]);
            }
            return;
        }
        float[] x = aStep == 0 ? repeated(SLOT_A, a[aAt], n) : a;
        float[] y = bStep == 0 ? repeated(SLOT_B, b[bAt], n) : b;
        for (int i = 0; i < n; i += REPEAT) {
            contiguous(f, x, aStep == 0 ? 0 : aAt + i, y, bStep == 0 ? 0 : bAt + i, out, at + i,
                    Math.min(REPEAT, n - i));
        }
    }

    /** A value in a work array of the thread, often enough for one round of {@link #contiguous}. */
    private static float[] repeated(int slot, float value, int n) {
        int length = Math.min(REPEAT, n);
        float[] values = Scratch.ofThread().array(slot, length);
        Arrays.fill(values, 0, length, value);
        return values;
    }

    private static void contiguous(Binary f, float[] a, int aAt, float[] b, int bAt, float[] out, int at, int n) {
        int i = 0;
        switch (f) {
            case ADD -> {
                for (; i + W <= n; i += W) {
                    load(a, aAt + i).add(load(b, bAt + i)).intoArray(out, at + i);
                }
            }
            case SUB -> {
                for (; i + W <= n; i += W) {
                    load(a, aAt + i).sub(load(b, bAt + i)).intoArray(out, at + i);
                }
            }
            case MUL -> {
                for (; i + W <= n; i += W) {
                    load(a, aAt + i).mul(load(b, bAt + i)).intoArray(out, at + i);
                }
            }
            case DIV -> {
                for (; i + W <= n; i += W) {
                    load(a, aAt + i).div(load(b, bAt + i)).intoArray(out, at + i);
                }
            }
        }
        for (; i < n; i++) {
            out[at + i] = one(f, a[aAt + i], b[bAt + i]);
        }
    }

    private static float one(Binary f, float x, float y) {
        return switch (f) {
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case DIV -> x / y;
        };
    }

    /** {@code from} starts at a multiple of two, so that draws come in whole words. */
    public static void dropout(float[] x, float p, long key, float[] out, int from, int to, boolean add) {
        int below = CounterRandom.dropBelow(p);
        int threshold = below ^ Integer.MIN_VALUE;
        float scale = 1 / (1 - p);
        int i = from;
        if (add) {
            for (; i + W <= to; i += W) {
                VectorMath.drop(FloatVector.fromArray(S, x, i), key, i, threshold, scale)
                        .add(FloatVector.fromArray(S, out, i)).intoArray(out, i);
            }
        } else {
            for (; i + W <= to; i += W) {
                VectorMath.drop(FloatVector.fromArray(S, x, i), key, i, threshold, scale).intoArray(out, i);
            }
        }
        for (; i < to; i++) {
            float kept = CounterRandom.keeps(key, i, below) ? x[i] * scale : 0;
            out[i] = add ? kept + out[i] : kept;
        }
    }

    public static double sumOfSquares(float[] x, int from, int to) {
        FloatVector sum = FloatVector.zero(S);
        int i = from;
        for (; i + W <= to; i += W) {
            FloatVector v = FloatVector.fromArray(S, x, i);
            sum = v.fma(v, sum);
        }
        double total = VectorMath.laneSum(sum);
        for (; i < to; i++) {
            total += (double) x[i] * x[i];
        }
        return total;
    }

    public static void adamW(AdamWStep s, float[] w, float[] g, int at, float[] m, float[] v, int from, int to) {
        float stepSize = s.lr() / s.correction1();
        float invSqrt2 = (float) (1 / Math.sqrt(s.correction2()));
        float keep = 1 - s.lr() * s.weightDecay();
        int i = from;
        for (; i + W <= to; i += W) {
            FloatVector grad = FloatVector.fromArray(S, g, at + i).mul(s.gradientScale());
            FloatVector mNew = FloatVector.fromArray(S, m, i).mul(s.beta1()).add(grad.mul(1 - s.beta1()));
            FloatVector vNew = FloatVector.fromArray(S, v, i).mul(s.beta2()).add(grad.mul(grad).mul(1 - s.beta2()));
            mNew.intoArray(m, i);
            vNew.intoArray(v, i);
            FloatVector denominator = vNew.sqrt().mul(invSqrt2).add(s.eps());
            FloatVector.fromArray(S, w, at + i).mul(keep).sub(mNew.mul(stepSize).div(denominator))
                    .intoArray(w, at + i);
        }
        for (; i < to; i++) {
            float grad = g[at + i] * s.gradientScale();
            m[i] = m[i] * s.beta1() + grad * (1 - s.beta1());
            v[i] = v[i] * s.beta2() + grad * grad * (1 - s.beta2());
            float denominator = (float) Math.sqrt(v[i]) * invSqrt2 + s.eps();
            w[at + i] = w[at + i] * keep - m[i] * stepSize / denominator;
        }
    }
}
