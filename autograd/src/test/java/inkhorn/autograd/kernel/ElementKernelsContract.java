package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.Samples.ODD_SIZES;
import static inkhorn.autograd.kernel.Samples.assertClose;
import static inkhorn.autograd.kernel.Samples.assertOutput;
import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.positive;
import static inkhorn.autograd.kernel.Samples.unclean;
import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernels that go element by element. */
public interface ElementKernelsContract {

    double CLOSE = 2e-6;

    Kernels kernels();

    /** The definition, in double, with the error function of commons-math. */
    static double define(Unary f, double p, double x) {
        return switch (f) {
            case NEG -> -x;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case RELU -> x > 0 ? x : 0;
            case RELU2 -> x > 0 ? x * x : 0;
            case POW -> Math.pow(x, p);
            case GELU -> x / 2 * (1 + org.apache.commons.math3.special.Erf.erf(x / Math.sqrt(2)));
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        };
    }

    static double derivative(Unary f, double p, double x) {
        double h = 1e-5;
        return (define(f, p, x + h) - define(f, p, x - h)) / (2 * h);
    }

    private static float[] arguments(Unary f, int n) {
        if (f == Unary.LOG || f == Unary.POW) {
            return positive(7, n);
        }
        float[] x = normal(7, n);
        for (int i = 0; i < n; i++) {
            x[i] *= 3;
        }
        return x;
    }

    @Test
    default void fillWritesTheFirstValuesOnly() {
        for (int n : ODD_SIZES) {
            double[] expected = new double[n];
            Arrays.fill(expected, 2.5);
            float[] out = unclean(n);
            kernels().fill(out, 2.5f, n);
            assertClose("fill", out, expected, 0);
        }
    }

    @Test
    default void scaleMultipliesByAFactor() {
        for (int n : ODD_SIZES) {
            float[] x = normal(n, n);
            double[] expected = new double[n];
            Arrays.setAll(expected, i -> -1.5 * x[i]);
            assertOutput("scale " + n, expected, CLOSE, (out, add) -> kernels().scale(-1.5f, x, out, add, n));
        }
    }

    @Test
    default void scaleWorksInPlace() {
        float[] x = {1, 2, 3};
        kernels().scale(2, x, x, false, 3);
        assertThat(x).containsExactly(2, 4, 6);
        kernels().scale(2, x, x, true, 3);
        assertThat(x).containsExactly(6, 12, 18);
    }

    @ParameterizedTest
    @EnumSource
    default void unaryAgreesWithItsDefinition(Unary f) {
        for (int n : ODD_SIZES) {
            float[] x = arguments(f, n);
            double[] expected = new double[n];
            Arrays.setAll(expected, i -> define(f, -1.5, x[i]));
            float[] out = unclean(n);
            kernels().unary(f, -1.5f, x, out, n);
            assertClose(f + " " + n, out, expected, CLOSE);
            kernels().unary(f, -1.5f, x, x, n);
            assertClose(f + " in place", x, expected, CLOSE);
        }
    }

    @ParameterizedTest
    @EnumSource
    default void unaryBackwardMultipliesByTheDerivative(Unary f) {
        for (int n : ODD_SIZES) {
            float[] x = arguments(f, n);
            float[] y = new float[n];
            float[] dy = normal(8, n);
            double[] expected = new double[n];
            for (int i = 0; i < n; i++) {
                y[i] = (float) define(f, -1.5, x[i]);
                expected[i] = dy[i] * derivative(f, -1.5, x[i]);
            }
            assertOutput(f + " backward " + n, expected, 5e-6,
                    (dx, add) -> kernels().unaryBackward(f, -1.5f, x, y, dy, dx, add, n));
            kernels().unaryBackward(f, -1.5f, x, y, dy, dy, false, n);
            assertClose(f + " backward in place", dy, expected, 5e-6);
        }
    }

    @Test
    default void functionsHoldAtTheEdgesOfTheirRange() {
        float inf = Float.POSITIVE_INFINITY;
        float nan = Float.NaN;
        assertFunction(Unary.EXP, 0, new float[] {0, 100, -200, inf, -inf, nan, 88, -87},
                new double[] {1, inf, 0, inf, 0, nan, Math.exp(88), Math.exp(-87)});
        assertFunction(Unary.LOG, 0, new float[] {1, 0, -1, inf, nan, Float.MIN_NORMAL, 1e-30f, 3e38f},
                new double[] {0, -inf, nan, inf, nan, Math.log(Float.MIN_NORMAL), Math.log(1e-30f), Math.log(3e38f)});
        assertFunction(Unary.TANH, 0, new float[] {0, 30, -30, inf, -inf, nan, 1e-6f},
                new double[] {0, 1, -1, 1, -1, nan, 1e-6});
        assertFunction(Unary.SIGMOID, 0, new float[] {0, 200, -200, inf, -inf, nan},
                new double[] {0.5, 1, 0, 1, 0, nan});
        assertFunction(Unary.RELU, 0, new float[] {0, -1, inf, -inf, nan}, new double[] {0, 0, inf, 0, nan});
        assertFunction(Unary.RELU2, 0, new float[] {0, -3, 3, inf, -inf, nan}, new double[] {0, 0, 9, inf, 0, nan});
        assertFunction(Unary.GELU, 0, new float[] {0, 50, -50, nan, 1e-6f}, new double[] {0, 50, 0, nan, 0.5e-6});
        assertFunction(Unary.GELU_TANH, 0, new float[] {0, 50, -50, nan, 1e-6f}, new double[] {0, 50, 0, nan, 0.5e-6});
        assertFunction(Unary.POW, 2, new float[] {-3, 0, 5, nan}, new double[] {9, 0, 25, nan});
        assertFunction(Unary.POW, 0.5f, new float[] {4, 0, 2, -1}, new double[] {2, 0, Math.sqrt(2), nan});
        assertFunction(Unary.POW, 0, new float[] {4, 0, -2}, new double[] {1, 1, 1});
    }

    private void assertFunction(Unary f, float p, float[] x, double[] expected) {
        float[] out = unclean(x.length);
        kernels().unary(f, p, x, out, x.length);
        assertClose(f + " of " + Arrays.toString(x), out, expected, CLOSE);
    }

    @Test
    default void reluHasNoDerivativeAtZero() {
        float[] dx = new float[2];
        kernels().unaryBackward(Unary.RELU, 0, new float[] {0, 1}, new float[] {0, 1}, new float[] {5, 5}, dx, false,
                2);
        assertThat(dx).containsExactly(0, 5);
    }

    @ParameterizedTest
    @EnumSource
    default void binaryRepeatsBothOperands(Binary f) {
        int[][][] pairs = {{{1}, {1}}, {{7}, {7}}, {{207}, {207}}, {{3, 13}, {13}}, {{3, 13}, {3, 1}},
            {{3, 1}, {1, 13}}, {{2, 3, 65}, {3, 1}}, {{2, 1, 7}, {5, 1}}, {{}, {4, 5}}, {{4, 5}, {}},
            {{64, 31}, {64, 31}}, {{1, 3, 1}, {2, 1, 7}}};
        for (int[][] pair : pairs) {
            Shape aShape = Shape.of(pair[0]);
            Shape bShape = Shape.of(pair[1]);
            Shape shape = aShape.broadcast(bShape, "test");
            float[] a = normal(1, aShape.size());
            float[] b = positive(2, bShape.size());
            int[] aStrides = aShape.stridesIn(shape);
            int[] bStrides = bShape.stridesIn(shape);
            double[] expected = new double[shape.size()];
            for (int i = 0; i < expected.length; i++) {
                double x = a[at(i, shape.dims(), aStrides)];
                double y = b[at(i, shape.dims(), bStrides)];
                expected[i] = switch (f) {
                    case ADD -> x + y;
                    case SUB -> x - y;
                    case MUL -> x * y;
                    case DIV -> x / y;
                };
            }
            float[] out = unclean(shape.size());
            kernels().binary(f, Broadcast.of(shape.dims(), aStrides, bStrides), a, b, out);
            assertClose(f + " " + aShape + " " + bShape, out, expected, 1e-6);
        }
    }

    /** Where element i, counted row-major over {@code dims}, lies under other strides. */
    static int at(int i, int[] dims, int[] strides) {
        int at = 0;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            at += i % dims[axis] * strides[axis];
            i /= dims[axis];
        }
        return at;
    }

    @Test
    default void copyFollowsTheStridesOfBothSides() {
        assertCopy(new int[] {207}, 0, new int[] {1}, 0, new int[] {1});
        assertCopy(new int[] {13, 7}, 0, new int[] {1, 13}, 0, new int[] {7, 1});
        assertCopy(new int[] {65, 31}, 0, new int[] {1, 65}, 0, new int[] {31, 1});
        assertCopy(new int[] {2, 3, 5, 4}, 0, new int[] {60, 4, 12, 1}, 0, new int[] {60, 20, 4, 1});
        assertCopy(new int[] {3, 5}, 4, new int[] {16, 1}, 0, new int[] {5, 1});
        assertCopy(new int[] {3, 5}, 0, new int[] {5, 1}, 2, new int[] {9, 1});
        assertCopy(new int[] {3, 13, 7}, 0, new int[] {7, 0, 1}, 0, new int[] {91, 7, 1});
        assertCopy(new int[] {3, 64}, 0, new int[] {1, 0}, 0, new int[] {64, 1});
        assertCopy(new int[] {4}, 3, new int[] {0}, 1, new int[] {1});
        assertCopy(new int[] {}, 0, new int[] {}, 0, new int[] {});
    }

    private void assertCopy(int[] dims, int fromOffset, int[] fromStrides, int toOffset, int[] toStrides) {
        int size = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        int fromSize = fromOffset + at(size - 1, dims, fromStrides) + 1;
        int toSize = toOffset + at(size - 1, dims, toStrides) + 1;
        float[] from = normal(3, fromSize);
        StridedCopy plan = StridedCopy.of(dims, fromOffset, fromStrides, toOffset, toStrides);
        for (boolean add : new boolean[] {false, true}) {
            float[] to = normal(4, toSize);
            double[] expected = Samples.doubles(to);
            for (int i = 0; i < size; i++) {
                int at = toOffset + at(i, dims, toStrides);
                expected[at] = from[fromOffset + at(i, dims, fromStrides)] + (add ? expected[at] : 0);
            }
            kernels().copy(plan, from, to, add);
            assertClose("copy " + Arrays.toString(dims), to, expected, 1e-6);
        }
    }

    @Test
    default void dropoutKeepsWhatItsDrawsSay() {
        for (float p : new float[] {0.1f, 0.5f, 0.9f}) {
            for (int n : ODD_SIZES) {
                float[] x = normal(5, n);
                double[] expected = new double[n];
                for (int i = 0; i < n; i++) {
                    boolean keeps = CounterRandom.keeps(77, i, CounterRandom.dropBelow(p));
                    expected[i] = keeps ? x[i] / (1 - (double) p) : 0;
                }
                assertOutput("dropout " + p + " of " + n, expected, 1e-6,
                        (out, add) -> kernels().dropout(x, p, 77, out, add, n));
            }
        }
    }

    @Test
    default void adamWFollowsAlgorithmTwo() {
        for (int n : ODD_SIZES) {
            float[] weights = normal(1, n);
            float[] gradient = normal(2, n);
            float[] m = new float[n];
            float[] v = new float[n];
            double[] expected = Samples.doubles(weights);
            double[] expectedM = new double[n];
            double[] expectedV = new double[n];
            for (int t = 1; t <= 3; t++) {
                double c1 = 1 - Math.pow(0.9, t);
                double c2 = 1 - Math.pow(0.99, t);
                for (int i = 0; i < n; i++) {
                    double g = 0.5 * gradient[i];
                    expectedM[i] = 0.9 * expectedM[i] + 0.1 * g;
                    expectedV[i] = 0.99 * expectedV[i] + 0.01 * g * g;
                    expected[i] -= 0.01 * 0.1 * expected[i];
                    expected[i] -= 0.01 * (expectedM[i] / c1) / (Math.sqrt(expectedV[i] / c2) + 1e-8);
                }
                kernels().adamW(new AdamWStep(0.01f, 0.9f, 0.99f, 1e-8f, 0.1f, 0.5f, (float) c1, (float) c2),
                        weights, gradient, 0, m, v, n);
            }
            assertClose("weights", weights, expected, 2e-6);
            assertClose("m", m, expectedM, 2e-6);
            assertClose("v", v, expectedV, 2e-6);
        }
    }

    @Test
    default void adamWOfAPartHasTheBitsOfTheWhole() {
        AdamWStep step = new AdamWStep(0.01f, 0.9f, 0.99f, 1e-8f, 0.1f, 0.5f, 0.1f, 0.01f);
        int n = 207;
        int at = 64;
        float[] gradient = normal(2, n);
        float[] whole = normal(1, n);
        float[] m = normal(3, n);
        float[] v = positive(4, n);
        float[] part = whole.clone();
        float[] partM = Arrays.copyOfRange(m, at, n);
        float[] partV = Arrays.copyOfRange(v, at, n);
        kernels().adamW(step, part, gradient, at, partM, partV, n - at);
        assertThat(Arrays.copyOf(part, at)).isEqualTo(Arrays.copyOf(whole, at));
        kernels().adamW(step, whole, gradient, 0, m, v, n);
        assertThat(Arrays.copyOfRange(part, at, n)).isEqualTo(Arrays.copyOfRange(whole, at, n));
        assertThat(partM).isEqualTo(Arrays.copyOfRange(m, at, n));
        assertThat(partV).isEqualTo(Arrays.copyOfRange(v, at, n));
    }

    @Test
    default void everyTaskIsRunOnce() {
        for (int count : new int[] {0, 1, 2, 13, 1003}) {
            int[] runs = new int[count];
            kernels().forEach(count, i -> runs[i]++);
            assertThat(Arrays.stream(runs).allMatch(n -> n == 1)).as("of %d", count).isTrue();
        }
    }

    @Test
    default void aLoopOverRangesTakesEveryIndexOnce() {
        for (int n : new int[] {0, 1, 13, 100_003}) {
            int[] taken = new int[n];
            kernels().forEachRange(n, (from, to) -> {
                for (int i = from; i < to; i++) {
                    taken[i]++;
                }
            });
            assertThat(Arrays.stream(taken).allMatch(count -> count == 1)).as("of %d", n).isTrue();
        }
    }
}
