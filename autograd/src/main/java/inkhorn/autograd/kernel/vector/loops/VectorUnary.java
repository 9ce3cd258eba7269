package inkhorn.autograd.kernel.vector.loops;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import inkhorn.autograd.kernel.Unary;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Functions of one number over a range. Each has a loop and a method of its own: a vector handed to a function that is
 * not inlined costs an allocation, and the compiler stops inlining in large methods. A rest shorter than a vector is
 * computed in a padded copy.
 */
public final class VectorUnary {
    private static final int BLOCK = 1024;

    // Scratch arrays, none of them one that a product holds packed: activations run between its tiles.
    private static final int SLOT_ARGUMENTS = 5;
    private static final int SLOT_VALUES = 6;
    private static final int SLOT_ONES = 7;
    private static final int SLOT_CDF = 8;
    private static final int SLOT_DERIVATIVE = 9;

    private VectorUnary() {}

    /** {@code y = f(x)}; y may be x. */
    public static void forward(Unary f, float p, float[] x, int xAt, float[] y, int yAt, int n) {
        int whole = n - n % W;
        forwardWhole(f, p, x, xAt, y, yAt, whole);
        int rest = n - whole;
        if (rest > 0) {
            float[] pad = new float[W];
            System.arraycopy(x, xAt + whole, pad, 0, rest);
            forwardWhole(f, p, pad, 0, pad, 0, W);
            System.arraycopy(pad, 0, y, yAt + whole, rest);
        }
    }

    private static void forwardWhole(Unary f, float p, float[] x, int xAt, float[] y, int yAt, int n) {
        switch (f) {
            case NEG -> negate(x, xAt, y, yAt, n);
            case EXP -> exp(x, xAt, y, yAt, n);
            case LOG -> log(x, xAt, y, yAt, n);
            case TANH -> tanh(x, xAt, y, yAt, n);
            case SIGMOID -> sigmoid(x, xAt, y, yAt, n);
            case RELU -> relu(x, xAt, y, yAt, n);
            case RELU2 -> squaredRelu(x, xAt, y, yAt, n);
            case GELU -> gelu(x, xAt, y, yAt, n);
            case GELU_TANH -> geluTanh(x, xAt, y, yAt, n);
            case POW -> pow(p, x, xAt, y, yAt, n);
        }
    }

    private static void negate(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector.fromArray(S, x, xAt + i).neg().intoArray(y, yAt + i);
        }
    }

    private static void exp(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMath.exp(FloatVector.fromArray(S, x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    private static void log(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMath.log(FloatVector.fromArray(S, x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    private static void tanh(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMath.tanh(FloatVector.fromArray(S, x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    private static void sigmoid(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMath.sigmoid(FloatVector.fromArray(S, x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    private static void relu(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector v = FloatVector.fromArray(S, x, xAt + i);
            v.blend(0f, v.compare(VectorOperators.LT, 0f)).intoArray(y, yAt + i);
        }
    }

    private static void squaredRelu(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector v = FloatVector.fromArray(S, x, xAt + i);
            FloatVector positive = v.blend(0f, v.compare(VectorOperators.LT, 0f));
            positive.mul(positive).intoArray(y, yAt + i);
        }
    }

    private static void gelu(float[] x, int xAt, float[] y, int yAt, int n) {
        float[] cdf = Scratch.ofThread().array(SLOT_CDF, BLOCK);
        for (int i = 0; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            normalCdf(x, xAt + i, cdf, count);
            multiply(x, xAt + i, cdf, y, yAt + i, count);
        }
    }

    private static void normalCdf(float[] x, int at, float[] to, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMath.normalCdf(FloatVector.fromArray(S, x, at + i)).intoArray(to, i);
        }
    }

    private static void multiply(float[] x, int xAt, float[] factors, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector.fromArray(S, x, xAt + i).mul(FloatVector.fromArray(S, factors, i)).intoArray(y, yAt + i);
        }
    }

    private static void geluTanh(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMath.geluTanh(FloatVector.fromArray(S, x, xAt + i)).intoArray(y, yAt + i);
        }
    }

    private static void pow(float p, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = (float) StrictMath.pow(x[xAt + i], p);
        }
    }

    /** {@code derivative = f'(x)}, then {@code x = f(x)}, for a function without parameter. */
    public static void activate(Unary f, float[] x, int at, float[] derivative, int derivativeAt, int n) {
        int whole = f == Unary.GELU ? n - n % W : 0;
        geluWithDerivative(x, at, derivative, derivativeAt, whole);
        Scratch scratch = Scratch.ofThread();
        float[] argument = scratch.array(SLOT_ARGUMENTS, BLOCK);
        float[] value = scratch.array(SLOT_VALUES, BLOCK);
        float[] ones = scratch.array(SLOT_ONES, BLOCK);
        for (int i = whole; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            System.arraycopy(x, at + i, argument, 0, count);
            forward(f, 0, argument, 0, value, 0, count);
            System.arraycopy(value, 0, x, at + i, count);
            Arrays.fill(ones, 0, count, 1);
            backwardInto(f, 0, argument, value, ones, 0, derivative, derivativeAt + i, count);
        }
    }

    private static void geluWithDerivative(float[] x, int at, float[] derivative, int derivativeAt, int n) {
        float[] cdf = Scratch.ofThread().array(SLOT_CDF, BLOCK);
        for (int i = 0; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            normalCdf(x, at + i, cdf, count);
            geluDerivative(x, at + i, cdf, derivative, derivativeAt + i, count);
            multiply(x, at + i, cdf, x, at + i, count);
        }
    }

    /** Φ(x) + x·φ(x). */
    private static void geluDerivative(float[] x, int at, float[] cdf, float[] derivative, int derivativeAt, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMath.geluBell(FloatVector.fromArray(S, x, at + i)).add(FloatVector.fromArray(S, cdf, i))
                    .intoArray(derivative, derivativeAt + i);
        }
    }

    /** {@code dx = dy · f'(x)}, or added; dx may be dy. All arrays from the same index. */
    public static void backward(Unary f, float p, float[] x, float[] y, float[] dy, float[] dx, int at, boolean add,
                                int n) {
        if (!add) {
            backwardInto(f, p, x, y, dy, at, dx, at, n);
            return;
        }
        float[] share = Scratch.ofThread().array(0, BLOCK);
        for (int i = at; i < at + n; i += BLOCK) {
            int count = Math.min(BLOCK, at + n - i);
            backwardInto(f, p, x, y, dy, i, share, 0, count);
            VectorElementwise.addInPlace(share, 0, dx, i, count);
        }
    }

    private static void backwardInto(Unary f, float p, float[] x, float[] y, float[] dy, int at, float[] to, int toAt,
                                     int n) {
        int whole = n - n % W;
        backwardWhole(f, p, x, y, dy, at, to, toAt, whole);
        int rest = n - whole;
        if (rest > 0) {
            float[] pad = new float[W];
            backwardWhole(f, p, padded(x, at + whole, rest), padded(y, at + whole, rest),
                    padded(dy, at + whole, rest), 0, pad, 0, W);
            System.arraycopy(pad, 0, to, toAt + whole, rest);
        }
    }

    private static float[] padded(float[] values, int from, int count) {
        float[] pad = new float[W];
        if (values != null) {
            System.arraycopy(values, from, pad, 0, count);
        }
        return pad;
    }

    private static void backwardWhole(Unary f, float p, float[] x, float[] y, float[] dy, int at, float[] to, int toAt,
                                      int n) {
        switch (f) {
            case NEG -> negateBackward(dy, at, to, toAt, n);
            case EXP -> expBackward(y, dy, at, to, toAt, n);
            case LOG -> logBackward(x, dy, at, to, toAt, n);
            case TANH -> tanhBackward(y, dy, at, to, toAt, n);
            case SIGMOID -> sigmoidBackward(y, dy, at, to, toAt, n);
            case RELU -> reluBackward(x, dy, at, to, toAt, n);
            case RELU2 -> squaredReluBackward(x, dy, at, to, toAt, n);
            case GELU -> geluBackward(x, dy, at, to, toAt, n);
            case GELU_TANH -> geluTanhBackward(x, dy, at, to, toAt, n);
            case POW -> powBackward(p, x, dy, at, to, toAt, n);
        }
    }

    private static void negateBackward(float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector.fromArray(S, dy, at + i).neg().intoArray(to, toAt + i);
        }
    }

    private static void expBackward(float[] y, float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector.fromArray(S, dy, at + i).mul(FloatVector.fromArray(S, y, at + i)).intoArray(to, toAt + i);
        }
    }

    private static void logBackward(float[] x, float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector.fromArray(S, dy, at + i).div(FloatVector.fromArray(S, x, at + i)).intoArray(to, toAt + i);
        }
    }

    private static void tanhBackward(float[] y, float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector v = FloatVector.fromArray(S, y, at + i);
            FloatVector.fromArray(S, dy, at + i).mul(v.mul(v).neg().add(1f)).intoArray(to, toAt + i);
        }
    }

    private static void sigmoidBackward(float[] y, float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector v = FloatVector.fromArray(S, y, at + i);
            FloatVector.fromArray(S, dy, at + i).mul(v.sub(v.mul(v))).intoArray(to, toAt + i);
        }
    }

    private static void reluBackward(float[] x, float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += W) {
            VectorMask<Float> off = FloatVector.fromArray(S, x, at + i).compare(VectorOperators.LE, 0f);
            FloatVector.fromArray(S, dy, at + i).blend(0f, off).intoArray(to, toAt + i);
        }
    }

    private static void squaredReluBackward(float[] x, float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector positive = v.blend(0f, v.compare(VectorOperators.LT, 0f));
            FloatVector.fromArray(S, dy, at + i).mul(positive.mul(2f)).intoArray(to, toAt + i);
        }
    }

    private static void geluBackward(float[] x, float[] dy, int at, float[] to, int toAt, int n) {
        float[] derivative = Scratch.ofThread().array(SLOT_DERIVATIVE, BLOCK);
        float[] cdf = Scratch.ofThread().array(SLOT_CDF, BLOCK);
        for (int i = 0; i < n; i += BLOCK) {
            int count = Math.min(BLOCK, n - i);
            normalCdf(x, at + i, cdf, count);
            geluDerivative(x, at + i, cdf, derivative, 0, count);
            multiply(dy, at + i, derivative, to, toAt + i, count);
        }
    }

    private static void geluTanhBackward(float[] x, float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i += W) {
            FloatVector.fromArray(S, dy, at + i).mul(VectorMath.geluTanhDerivative(FloatVector.fromArray(S, x, at + i)))
                    .intoArray(to, toAt + i);
        }
    }

    private static void powBackward(float p, float[] x, float[] dy, int at, float[] to, int toAt, int n) {
        for (int i = 0; i < n; i++) {
            to[toAt + i] = dy[at + i] * (float) (p * StrictMath.pow(x[at + i], p - 1));
        }
    }
}
