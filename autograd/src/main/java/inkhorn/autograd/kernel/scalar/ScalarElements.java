package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.Binary;
import inkhorn.autograd.kernel.Broadcast;
import inkhorn.autograd.kernel.CounterRandom;
import inkhorn.autograd.kernel.ElementKernels;
import inkhorn.autograd.kernel.OptimizerKernels;
import inkhorn.autograd.kernel.StridedCopy;
import inkhorn.autograd.kernel.Unary;
import java.util.Arrays;

/** The scalar kernels that go element by element. Functions are computed in double and rounded once. */
interface ScalarElements extends ElementKernels, OptimizerKernels {
    double SQRT_HALF = Math.sqrt(0.5);
    double INVERSE_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
    double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    double GELU_CUBIC = 0.044715;

    @Override
    default void fill(float[] out, float value, int n) {
        Arrays.fill(out, 0, n, value);
    }

    @Override
    default void scale(float factor, float[] x, float[] out, boolean add, int n) {
        if (add) {
            for (int i = 0; i < n; i++) {
                out[i] += factor * x[i];
            }
        } else {
            for (int i = 0; i < n; i++) {
                out[i] = factor * x[i];
            }
        }
    }

    static double value(Unary f, double p, double x) {
        return switch (f) {
            case NEG -> -x;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case RELU -> Math.max(x, 0);
            case RELU2 -> Math.max(x, 0) * Math.max(x, 0);
            case POW -> Math.pow(x, p);
            case GELU -> x / 2 * Erf.erfc(-x * SQRT_HALF);
            case GELU_TANH -> x / 2 * (1 + Math.tanh(geluArgument(x)));
        };
    }

    /** The derivative at x, where f is y. */
    static double derivative(Unary f, double p, double x, double y) {
        return switch (f) {
            case NEG -> -1;
            case EXP -> y;
            case LOG -> 1 / x;
            case TANH -> 1 - y * y;
            case SIGMOID -> y * (1 - y);
            case RELU -> x > 0 ? 1 : 0;
            case RELU2 -> 2 * Math.max(x, 0);
            case POW -> p == 0 ? 0 : p * Math.pow(x, p - 1);
            case GELU -> Erf.erfc(-x * SQRT_HALF) / 2 + x * INVERSE_SQRT_2PI * Math.exp(-x * x / 2);
            case GELU_TANH -> {
                double t = Math.tanh(geluArgument(x));
                double derivative = SQRT_2_OVER_PI * (1 + 3 * GELU_CUBIC * x * x);
                yield (1 + t) / 2 + x / 2 * (1 - t * t) * derivative;
            }
        };
    }

    private static double geluArgument(double x) {
        return SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x);
    }

    @Override
    default void unary(Unary f, float p, float[] x, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) value(f, p, x[i]);
        }
    }

    @Override
    default void unaryBackward(Unary f, float p, float[] x, float[] y, float[] dy, float[] dx, boolean add, int n) {
        boolean fromResult = f.readsResult();
        for (int i = 0; i < n; i++) {
            double derivative = fromResult ? derivative(f, p, Double.NaN, y[i]) : derivative(f, p, x[i], Double.NaN);
            float share = (float) (dy[i] * derivative);
            dx[i] = add ? dx[i] + share : share;
        }
    }

    @Override
    default void binary(Binary f, Broadcast plan, float[] a, float[] b, float[] out) {
        int[] dims = plan.dims();
        int last = dims.length - 1;
        int n = dims[last];
        int aStep = plan.aStrides()[last];
        int bStep = plan.bStrides()[last];
        int rows = product(dims, last);
        for (int row = 0; row < rows; row++) {
            int aAt = offset(row, dims, last, plan.aStrides());
            int bAt = offset(row, dims, last, plan.bStrides());
            int at = row * n;
            switch (f) {
                case ADD -> {
                    for (int i = 0; i < n; i++) {
                        out[at + i] = a[aAt + i * aStep] + b[bAt + i * bStep];
                    }
                }
                case SUB -> {
                    for (int i = 0; i < n; i++) {
                        out[at + i] = a[aAt + i * aStep] - b[bAt + i * bStep];
                    }
                }
                case MUL -> {
                    for (int i = 0; i < n; i++) {
                        out[at + i] = a[aAt + i * aStep] * b[bAt + i * bStep];
                    }
                }
                case DIV -> {
                    for (int i = 0; i < n; i++) {
                        out[at + i] = a[aAt + i * aStep] / b[bAt + i * bStep];
                    }
                }
            }
        }
    }

    @Override
    default void copy(StridedCopy plan, float[] from, float[] to, boolean add) {
        int[] dims = plan.dims();
        int last = dims.length - 1;
        int fromStep = plan.fromStrides()[last];
        int toStep = plan.toStrides()[last];
        int rows = product(dims, last);
        for (int row = 0; row < rows; row++) {
            int fromAt = plan.fromOffset() + offset(row, dims, last, plan.fromStrides());
            int toAt = plan.toOffset() + offset(row, dims, last, plan.toStrides());
            for (int i = 0; i < dims[last]; i++) {
                float value = from[fromAt + i * fromStep];
                to[toAt + i * toStep] = add ? to[toAt + i * toStep] + value : value;
            }
        }
    }

    private static int product(int[] dims, int axes) {
        int product = 1;
        for (int axis = 0; axis < axes; axis++) {
            product *= dims[axis];
        }
        return product;
    }

    /**
     * Where row number {@code row} of the leading axes begins: row's digits in the mixed base of dims, times strides.
     */
    private static int offset(int row, int[] dims, int axes, int[] strides) {
        int at = 0;
        int rest = row;
        for (int axis = axes - 1; axis >= 0; axis--) {
            at += rest % dims[axis] * strides[axis];
            rest /= dims[axis];
        }
        return at;
    }

    @Override
    default void dropout(float[] x, float p, long key, float[] out, boolean add, int n) {
        int dropBelow = CounterRandom.dropBelow(p);
        float factor = 1 / (1 - p);
        for (int i = 0; i < n; i++) {
            float value = CounterRandom.keeps(key, i, dropBelow) ? x[i] * factor : 0;
            out[i] = add ? out[i] + value : value;
        }
    }

    @Override
    default void adamW(AdamWStep step, float[] weights, float[] gradient, int at, float[] m, float[] v, int n) {
        for (int i = 0; i < n; i++) {
            float g = step.gradientScale() * gradient[at + i];
            m[i] = step.beta1() * m[i] + (1 - step.beta1()) * g;
            v[i] = step.beta2() * v[i] + (1 - step.beta2()) * g * g;
            float decayed = weights[at + i] - step.lr() * step.weightDecay() * weights[at + i];
            float denominator = (float) Math.sqrt(v[i] / step.correction2()) + step.eps();
            weights[at + i] = decayed - step.lr() * (m[i] / step.correction1()) / denominator;
        }
    }

    @Override
    default void forEachRange(int n, RangeLoop loop) {
        loop.run(0, n);
    }
}
