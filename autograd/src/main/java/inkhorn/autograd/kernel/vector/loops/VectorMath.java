package inkhorn.autograd.kernel.vector.loops;

import inkhorn.autograd.kernel.CounterRandom;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Functions on vectors as polynomials, so that compiled and interpreted code and every machine of one width give the
 * same bits. Errors are relative, against the exact value, and asserted in the tests.
 *
 * <p>A vector that crosses a call is an object on the heap. So these functions are always inlined, and the loops over
 * arrays that call them, in the other classes of this package and in {@code VectorAttention}, never. Each loop is then
 * compiled by itself: past 18,000 nodes in one compilation the compiler of JDK 17 leaves vectors as objects
 * (docs/log/inlining-and-allocation.md). Flags of the JVM say so; without them results are the same. Constants are
 * vectors for the same reason, and no helper is called in a long polynomial.
 */
public final class VectorMath {
    public static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    public static final VectorSpecies<Long> LONGS = S.withLanes(long.class);
    public static final int W = S.length();
    /** 0, 1, 2 and so on. */
    public static final FloatVector UPWARD = FloatVector.zero(S).addIndex(1);

    private static final float LOG2_E = 1.44269504088896341f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** 1.5 · 2^23: adding it rounds to a whole number, which then stands in the low bits. */
    private static final float ROUND = 12582912f;
    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);
    private static final float EXP_LOW = -87.33654f;
    private static final float EXP_HIGH = 88.72283f;

    private static final float TANH_IS_ONE = 8.5f;
    private static final float SQRT_HALF = 0.70710678f;
    private static final float INV_SQRT_2PI = 0.3989422804f;
    private static final float SQRT_2_OVER_PI = 0.7978845608f;
    private static final float GELU_CUBIC = 0.044715f;

    private static final FloatVector V_LOG2_E = FloatVector.broadcast(S, LOG2_E);
    private static final FloatVector V_ROUND = FloatVector.broadcast(S, ROUND);
    private static final FloatVector V_MINUS_LN2_HIGH = FloatVector.broadcast(S, -LN2_HIGH);
    private static final FloatVector V_MINUS_LN2_LOW = FloatVector.broadcast(S, -LN2_LOW);
    private static final FloatVector V_LN2_LOW = FloatVector.broadcast(S, LN2_LOW);
    private static final FloatVector V_LN2_HIGH = FloatVector.broadcast(S, LN2_HIGH);
    private static final FloatVector V_HALF = FloatVector.broadcast(S, 0.5f);
    private static final FloatVector V_MINUS_HALF = FloatVector.broadcast(S, -0.5f);
    private static final FloatVector V_ONE = FloatVector.broadcast(S, 1f);
    private static final FloatVector V_GELU_CUBIC = FloatVector.broadcast(S, GELU_CUBIC);
    private static final FloatVector V_GELU_CUBIC_DERIVATIVE = FloatVector.broadcast(S,
            3 * GELU_CUBIC * SQRT_2_OVER_PI);
    private static final FloatVector V_SQRT_2_OVER_PI = FloatVector.broadcast(S, SQRT_2_OVER_PI);

    // Coefficients, highest power first.
    private static final FloatVector EXP_P0 = FloatVector.broadcast(S, 1.9875691500e-4f);
    private static final FloatVector EXP_P1 = FloatVector.broadcast(S, 1.3981999507e-3f);
    private static final FloatVector EXP_P2 = FloatVector.broadcast(S, 8.3334519073e-3f);
    private static final FloatVector EXP_P3 = FloatVector.broadcast(S, 4.1665795894e-2f);
    private static final FloatVector EXP_P4 = FloatVector.broadcast(S, 1.6666665459e-1f);
    private static final FloatVector EXP_P5 = FloatVector.broadcast(S, 5.0000001201e-1f);
    private static final FloatVector LOG_P0 = FloatVector.broadcast(S, 7.0376836292e-2f);
    private static final FloatVector LOG_P1 = FloatVector.broadcast(S, -1.1514610310e-1f);
    private static final FloatVector LOG_P2 = FloatVector.broadcast(S, 1.1676998740e-1f);
    private static final FloatVector LOG_P3 = FloatVector.broadcast(S, -1.2420140846e-1f);
    private static final FloatVector LOG_P4 = FloatVector.broadcast(S, 1.4249322787e-1f);
    private static final FloatVector LOG_P5 = FloatVector.broadcast(S, -1.6668057665e-1f);
    private static final FloatVector LOG_P6 = FloatVector.broadcast(S, 2.0000714765e-1f);
    private static final FloatVector LOG_P7 = FloatVector.broadcast(S, -2.4999993993e-1f);
    private static final FloatVector LOG_P8 = FloatVector.broadcast(S, 3.3333331174e-1f);
    private static final FloatVector TANH_P0 = FloatVector.broadcast(S, -2.76076847742355e-16f);
    private static final FloatVector TANH_Q0 = FloatVector.broadcast(S, 1.19825839466702e-06f);
    private static final FloatVector TANH_P1 = FloatVector.broadcast(S, 2.00018790482477e-13f);
    private static final FloatVector TANH_P2 = FloatVector.broadcast(S, -8.60467152213735e-11f);
    private static final FloatVector TANH_P3 = FloatVector.broadcast(S, 5.12229709037114e-08f);
    private static final FloatVector TANH_P4 = FloatVector.broadcast(S, 1.48572235717979e-05f);
    private static final FloatVector TANH_P5 = FloatVector.broadcast(S, 6.37261928875436e-04f);
    private static final FloatVector TANH_P6 = FloatVector.broadcast(S, 4.89352455891786e-03f);
    private static final FloatVector TANH_Q1 = FloatVector.broadcast(S, 1.18534705686654e-04f);
    private static final FloatVector TANH_Q2 = FloatVector.broadcast(S, 2.26843463243900e-03f);
    private static final FloatVector TANH_Q3 = FloatVector.broadcast(S, 4.89352518554385e-03f);
    private static final FloatVector ERF_P0 = FloatVector.broadcast(S, -2.72614225801306e-10f);
    private static final FloatVector ERF_Q0 = FloatVector.broadcast(S, -1.45660718464996e-05f);
    private static final FloatVector ERF_P1 = FloatVector.broadcast(S, 2.77068142495902e-08f);
    private static final FloatVector ERF_P2 = FloatVector.broadcast(S, -2.10102402082508e-06f);
    private static final FloatVector ERF_P3 = FloatVector.broadcast(S, -5.69250639462346e-05f);
    private static final FloatVector ERF_P4 = FloatVector.broadcast(S, -7.34990630326855e-04f);
    private static final FloatVector ERF_P5 = FloatVector.broadcast(S, -2.95459980854025e-03f);
    private static final FloatVector ERF_P6 = FloatVector.broadcast(S, -1.60960333262415e-02f);
    private static final FloatVector ERF_Q1 = FloatVector.broadcast(S, -2.13374055278905e-04f);
    private static final FloatVector ERF_Q2 = FloatVector.broadcast(S, -1.68282697438203e-03f);
    private static final FloatVector ERF_Q3 = FloatVector.broadcast(S, -7.37332916720468e-03f);
    private static final FloatVector ERF_Q4 = FloatVector.broadcast(S, -1.42647390514189e-02f);

    private static final LongVector GAMMA_STEPS = gammaSteps();

    private VectorMath() {}

    private static LongVector gammaSteps() {
        long[] steps = new long[LONGS.length()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = CounterRandom.GAMMA * (i + 1);
        }
        return LongVector.fromArray(LONGS, steps, 0);
    }

    /** e^x to 2e-7; below -87.3 it is 0 (no subnormals), above 88.7 infinite. After Cephes expf (Moshier 1992). */
    public static FloatVector exp(FloatVector x) {
        FloatVector safe = x.blend(EXP_LOW, x.compare(VectorOperators.LT, EXP_LOW));
        FloatVector e = expInRange(safe.blend(0f, x.compare(VectorOperators.GT, EXP_HIGH)));
        return e.blend(0f, x.compare(VectorOperators.LT, EXP_LOW))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_HIGH));
    }

    /** e^x for x ≤ 0, as softmax has it; below -87.3 it is 1.2e-38 times what is left, near enough to 0. */
    public static FloatVector expNonPositive(FloatVector x) {
        return expInRange(x.blend(EXP_LOW, x.compare(VectorOperators.LT, EXP_LOW)));
    }

    /** e^x for x at most a little above 0, as softmax has it; below -87.3 it is 0. */
    public static FloatVector expToZero(FloatVector x) {
        return expInRange(x.blend(EXP_LOW, x.compare(VectorOperators.LT, EXP_LOW)))
                .blend(0f, x.compare(VectorOperators.LT, EXP_LOW));
    }

    private static FloatVector expInRange(FloatVector x) {
        FloatVector rounded = x.fma(V_LOG2_E, V_ROUND);
        FloatVector n = rounded.sub(V_ROUND);
        FloatVector r = n.fma(V_MINUS_LN2_HIGH, x);
        r = n.fma(V_MINUS_LN2_LOW, r);
        FloatVector p = EXP_P0;
        p = p.fma(r, EXP_P1);
        p = p.fma(r, EXP_P2);
        p = p.fma(r, EXP_P3);
        p = p.fma(r, EXP_P4);
        p = p.fma(r, EXP_P5);
        p = p.fma(r.mul(r), r.add(V_ONE));
        IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }

    /** ln x to 2e-7 for normal x > 0; NaN below 0, -infinity at 0. After Cephes logf. */
    public static FloatVector log(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        // Mantissa in [√½, √2): the exponent is counted from there.
        IntVector shifted = bits.sub(0x3F3504F3);
        IntVector exponent = shifted.lanewise(VectorOperators.ASHR, 23);
        FloatVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
        // As a float by way of its bits: conversions are not always compiled to an instruction.
        FloatVector e = exponent.add(ROUND_BITS).reinterpretAsFloats().sub(V_ROUND);
        FloatVector p = LOG_P0;
        p = p.fma(m, LOG_P1);
        p = p.fma(m, LOG_P2);
        p = p.fma(m, LOG_P3);
        p = p.fma(m, LOG_P4);
        p = p.fma(m, LOG_P5);
        p = p.fma(m, LOG_P6);
        p = p.fma(m, LOG_P7);
        p = p.fma(m, LOG_P8);
        FloatVector square = m.mul(m);
        FloatVector y = p.mul(m).mul(square);
        y = e.fma(V_LN2_LOW, y);
        y = square.fma(V_MINUS_HALF, y);
        y = e.fma(V_LN2_HIGH, m.add(y));
        y = y.blend(Float.NaN, x.compare(VectorOperators.LT, 0f));
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
        y = y.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        return y.blend(Float.NaN, x.compare(VectorOperators.NE, x));
    }

    /** tanh x to 3e-7: a rational function of degrees 13 and 6 on [-7.9, 7.9], as in Eigen's ptanh; ±1 beyond 8.5. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector c = x.blend(-7.90531110763549805f, x.compare(VectorOperators.LT, -7.90531110763549805f));
        c = c.blend(7.90531110763549805f, x.compare(VectorOperators.GT, 7.90531110763549805f));
        FloatVector s = c.mul(c);
        FloatVector p = TANH_P0;
        p = p.fma(s, TANH_P1);
        p = p.fma(s, TANH_P2);
        p = p.fma(s, TANH_P3);
        p = p.fma(s, TANH_P4);
        p = p.fma(s, TANH_P5);
        p = p.fma(s, TANH_P6);
        FloatVector q = TANH_Q0;
        q = q.fma(s, TANH_Q1);
        q = q.fma(s, TANH_Q2);
        q = q.fma(s, TANH_Q3);
        FloatVector t = p.mul(c).div(q);
        t = t.blend(1f, x.compare(VectorOperators.GT, TANH_IS_ONE));
        return t.blend(-1f, x.compare(VectorOperators.LT, -TANH_IS_ONE));
    }

    /**
     * Φ(x), the probability that a normal number is below x, to 2e-7: ½ + ½ erf(x/√2), with erf a rational function of
     * degrees 13 and 8 on [-4, 4], as in Eigen's erf.
     */
    public static FloatVector normalCdf(FloatVector x) {
        FloatVector v = x.mul(SQRT_HALF);
        FloatVector c = v.blend(-4f, v.compare(VectorOperators.LT, -4f));
        c = c.blend(4f, v.compare(VectorOperators.GT, 4f));
        FloatVector s = c.mul(c);
        FloatVector p = ERF_P0;
        p = p.fma(s, ERF_P1);
        p = p.fma(s, ERF_P2);
        p = p.fma(s, ERF_P3);
        p = p.fma(s, ERF_P4);
        p = p.fma(s, ERF_P5);
        p = p.fma(s, ERF_P6);
        FloatVector q = ERF_Q0;
        q = q.fma(s, ERF_Q1);
        q = q.fma(s, ERF_Q2);
        q = q.fma(s, ERF_Q3);
        q = q.fma(s, ERF_Q4);
        return p.mul(c).div(q).fma(V_HALF, V_HALF);
    }

    /** 1 / (1 + e^-x), exact in the ratio at both ends. */
    public static FloatVector sigmoid(FloatVector x) {
        return V_ONE.div(exp(x.neg()).add(V_ONE));
    }

    /** x·φ(x), one half of the derivative of GELU, which is Φ(x) + x·φ(x). */
    public static FloatVector geluBell(FloatVector x) {
        return expNonPositive(x.mul(x).mul(-0.5f)).mul(INV_SQRT_2PI).mul(x);
    }

    public static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(geluInner(x).mul(2f)));
    }

    /** The derivative of tanh-GELU; with s = σ(2u) it is s + x·2s(1-s)·u'. */
    public static FloatVector geluTanhDerivative(FloatVector x) {
        FloatVector s = sigmoid(geluInner(x).mul(2f));
        FloatVector derivative = x.mul(x).fma(V_GELU_CUBIC_DERIVATIVE,
                V_SQRT_2_OVER_PI);
        FloatVector bell = s.mul(2f).sub(s.mul(s).mul(2f));
        return x.mul(bell).fma(derivative, s);
    }

    private static FloatVector geluInner(FloatVector x) {
        FloatVector cubic = x.mul(x).fma(V_GELU_CUBIC, V_ONE);
        return x.mul(SQRT_2_OVER_PI).mul(cubic);
    }

    /** The 32-bit draws of {@link CounterRandom} for W indices from {@code index}, which is even. */
    public static IntVector draws(long key, long index) {
        LongVector z = GAMMA_STEPS.add(key + CounterRandom.GAMMA * (index >>> 1));
        z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 30)).mul(CounterRandom.MIX_1);
        z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 27)).mul(CounterRandom.MIX_2);
        return z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 31)).reinterpretAsInts();
    }

    /**
     * x where the draws keep it, times {@code scale}, else 0. {@code threshold} is dropBelow with its top bit flipped.
     */
    public static FloatVector drop(FloatVector x, long key, long index, int threshold, float scale) {
        IntVector signed = draws(key, index).lanewise(VectorOperators.XOR, Integer.MIN_VALUE);
        return x.reinterpretAsInts().blend(0, signed.compare(VectorOperators.LT, threshold))
                .reinterpretAsFloats().mul(scale);
    }

    public static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(S, from, at);
    }

    public static void store(FloatVector v, float[] to, int at, boolean add) {
        if (add) {
            v.add(FloatVector.fromArray(S, to, at)).intoArray(to, at);
        } else {
            v.intoArray(to, at);
        }
    }

    /** The sum of the lanes, always in the same order (that of reduceLanes is not specified for sums). */
    public static double laneSum(FloatVector v) {
        float[] lanes = Scratch.ofThread().lanes();
        v.intoArray(lanes, 0);
        double sum = 0;
        for (int i = 0; i < W; i++) {
            sum += lanes[i];
        }
        return sum;
    }
}
