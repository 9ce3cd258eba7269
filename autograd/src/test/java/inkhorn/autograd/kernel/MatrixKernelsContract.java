package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.ElementKernelsContract.define;
import static inkhorn.autograd.kernel.Samples.assertClose;
import static inkhorn.autograd.kernel.Samples.assertOutput;
import static inkhorn.autograd.kernel.Samples.normal;
import static inkhorn.autograd.kernel.Samples.unclean;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The matrix product in all its transposes, offsets and epilogues. */
public interface MatrixKernelsContract {

    int[][] SIZES = {{1, 1, 1}, {1, 7, 3}, {3, 1, 7}, {7, 3, 1}, {13, 13, 13}, {12, 32, 16}, {1, 64, 207}, {64, 65, 13},
        {31, 33, 65}, {207, 13, 64}, {65, 207, 7}, {48, 96, 128}, {25, 35, 515}, {130, 70, 300}, {12, 32, 1},
        {24, 33, 2}};

    Kernels kernels();

    /** c(m, n), with a(m, k) at a stride of rows and columns; likewise b. */
    private static double[] product(boolean transA, boolean transB, int m, int n, int k, float[] a, float[] b) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int p = 0; p < k; p++) {
                    double left = transA ? a[p * m + i] : a[i * k + p];
                    double right = transB ? b[j * k + p] : b[p * n + j];
                    c[i * n + j] += left * right;
                }
            }
        }
        return c;
    }

    /**
     * Seven deviations of the rounding of a plain float sum of k products of normal numbers: term i rounds a partial
     * sum of size √i by about 2^-25, which makes 2^-25 · k / √2 in all.
     */
    private static double toleranceFor(int k) {
        return 1e-6 + 7 * 0x1p-25 * k / Math.sqrt(2);
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    default void gemmMultipliesInEveryTranspose(boolean transA, boolean transB) {
        for (int[] size : SIZES) {
            int m = size[0];
            int n = size[1];
            int k = size[2];
            float[] a = normal(1, m * k);
            float[] b = normal(2, k * n);
            assertOutput("gemm " + Arrays.toString(size), product(transA, transB, m, n, k, a, b), toleranceFor(k),
                    (c, add) -> kernels().gemm(transA, transB, m, n, k, a, 0, b, 0, c, 0, add, Epilogue.NONE));
        }
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    default void gemmReadsAndWritesAtItsOffsets(boolean transA, boolean transB) {
        for (int[] size : new int[][] {{5, 7, 3}, {33, 17, 40}, {64, 64, 64}}) {
            int m = size[0];
            int n = size[1];
            int k = size[2];
            float[] a = normal(3, 11 + m * k);
            float[] b = normal(4, 13 + k * n);
            double[] expected = product(transA, transB, m, n, k, Arrays.copyOfRange(a, 11, a.length),
                    Arrays.copyOfRange(b, 13, b.length));
            float[] c = new float[17 + m * n + 5];
            Arrays.fill(c, 12345);
            kernels().gemm(transA, transB, m, n, k, a, 11, b, 13, c, 17, false, Epilogue.NONE);
            assertClose("gemm at offsets", Arrays.copyOfRange(c, 17, c.length), expected, toleranceFor(k));
            assertThat(Arrays.copyOf(c, 17)).containsOnly(12345);
        }
    }

    @Test
    default void gemmOfAnEmptySumIsZeroPlusTheBias() {
        float[] c = unclean(6);
        kernels().gemm(false, false, 2, 3, 0, new float[0], 0, new float[0], 0, c, 0, false, Epilogue.NONE);
        assertClose("gemm", c, new double[6], 0);
        kernels().gemm(false, false, 2, 3, 0, new float[0], 0, new float[0], 0, c, 0, false,
                Epilogue.bias(new float[] {1, 2, 3}));
        assertClose("gemm with bias", c, new double[] {1, 2, 3, 1, 2, 3}, 0);
    }

    @Test
    default void gemmOfNoRowsOrNoColumnsDoesNothing() {
        float[] c = {7};
        kernels().gemm(false, false, 0, 64, 64, new float[0], 0, new float[64 * 64], 0, c, 0, false, Epilogue.NONE);
        kernels().gemm(false, false, 64, 0, 64, new float[64 * 64], 0, new float[0], 0, c, 0, false,
                Epilogue.bias(new float[0]));
        assertThat(c).containsExactly(7);
    }

    @Test
    default void gemmAddsTheBiasOfEachColumn() {
        for (int[] size : SIZES) {
            int m = size[0];
            int n = size[1];
            int k = size[2];
            float[] a = normal(5, m * k);
            float[] b = normal(6, k * n);
            float[] bias = normal(7, n);
            double[] expected = product(false, false, m, n, k, a, b);
            for (int i = 0; i < expected.length; i++) {
                expected[i] += bias[i % n];
            }
            assertOutput("gemm with bias " + Arrays.toString(size), expected, toleranceFor(k),
                    (c, add) -> kernels().gemm(false, false, m, n, k, a, 0, b, 0, c, 0, add, Epilogue.bias(bias)));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RELU", "RELU2", "GELU", "GELU_TANH", "TANH", "SIGMOID"})
    default void gemmAppliesTheActivationAndKeepsItsDerivative(Unary activation) {
        for (int[] size : SIZES) {
            int m = size[0];
            int n = size[1];
            int k = size[2];
            float[] a = normal(8, m * k);
            float[] b = normal(9, k * n);
            float[] bias = k % 2 == 0 ? null : normal(10, n);
            double[] z = product(false, false, m, n, k, a, b);
            double[] y = new double[z.length];
            double[] derivative = new double[z.length];
            for (int i = 0; i < z.length; i++) {
                z[i] += bias == null ? 0 : bias[i % n];
                y[i] = define(activation, 0, z[i]);
                derivative[i] = (define(activation, 0, z[i] + 1e-5) - define(activation, 0, z[i] - 1e-5)) / 2e-5;
            }
            float[] c = unclean(y.length);
            float[] kept = unclean(y.length);
            kernels().gemm(false, false, m, n, k, a, 0, b, 0, c, 0, false, new Epilogue(bias, activation, kept));
            assertClose("f'(z) " + Arrays.toString(size), kept, derivative, 2 * toleranceFor(k));
            assertClose("f(z) " + Arrays.toString(size), c, y, 2 * toleranceFor(k));
            float[] unkept = unclean(y.length);
            kernels().gemm(false, false, m, n, k, a, 0, b, 0, unkept, 0, false, new Epilogue(bias, activation, null));
            assertThat(unkept).isEqualTo(c);
        }
    }

    @Test
    default void gemmGivesTheSameBitsAgain() {
        float[] a = normal(11, 100 * 300);
        float[] b = normal(12, 300 * 90);
        float[] first = new float[9000];
        float[] second = new float[9000];
        kernels().gemm(false, false, 100, 90, 300, a, 0, b, 0, first, 0, false, Epilogue.NONE);
        kernels().gemm(false, false, 100, 90, 300, a, 0, b, 0, second, 0, false, Epilogue.NONE);
        assertThat(second).isEqualTo(first);
    }

    @Test
    default void gemmGivesAnElementTheSameBitsInASmallAndALargeProduct() {
        int m = 373;
        int n = 382;
        int k = 500;
        // More rows than those that a transposed b is summed in another order for (VectorFewRows), yet a product of
        // another size.
        int rows = 80;
        float[] a = normal(13, m * k);
        float[] b = normal(14, k * n);
        float[] bias = normal(15, n);
        for (boolean transB : new boolean[] {false, true}) {
            for (boolean add : new boolean[] {false, true}) {
                Epilogue epilogue = new Epilogue(bias, Unary.GELU, null);
                float[] all = normal(16, m * n);
                kernels().gemm(false, transB, m, n, k, a, 0, b, 0, all, 0, add, epilogue);
                for (int row : new int[] {0, 160, m - rows}) {
                    float[] some = Arrays.copyOfRange(normal(16, m * n), row * n, (row + rows) * n);
                    kernels().gemm(false, transB, rows, n, k, a, row * k, b, 0, some, 0, add, epilogue);
                    assertThat(Arrays.mismatch(some, Arrays.copyOfRange(all, row * n, (row + rows) * n))).isEqualTo(-1);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3,false", "3,true", "70,false", "70,true"})
    default void productsOverPartsOfTheDepthAddUpToTheBitsOfTheWhole(int m, boolean transA) {
        int n = 37;
        int k = 2 * MatrixKernels.DEPTH + 13;
        float[] a = normal(10, m * k);
        float[] b = normal(11, k * n);
        float[] whole = normal(12, m * n);
        float[] parts = whole.clone();
        kernels().gemm(transA, false, m, n, k, a, 0, b, 0, whole, 0, true, Epilogue.NONE);
        for (int p = 0; p < k; p += MatrixKernels.DEPTH) {
            int depth = Math.min(MatrixKernels.DEPTH, k - p);
            float[] partOfA = transA ? Arrays.copyOfRange(a, p * m, (p + depth) * m) : columns(a, m, k, p, depth);
            kernels().gemm(transA, false, m, n, depth, partOfA, 0, b, p * n, parts, 0, true, Epilogue.NONE);
        }
        assertThat(parts).isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource({"false,1", "true,65"})
    default void anElementHasTheSameBitsAmongFewerRowsAndColumns(boolean transB, int rows) {
        int m = 137;
        int n = 515;
        int k = 401;
        float[] a = normal(13, m * k);
        float[] b = normal(14, k * n);
        float[] whole = new float[m * n];
        kernels().gemm(false, transB, m, n, k, a, 0, b, 0, whole, 0, false, Epilogue.NONE);
        float[] lastRows = new float[rows * n];
        kernels().gemm(false, transB, rows, n, k, a, (m - rows) * k, b, 0, lastRows, 0, false, Epilogue.NONE);
        assertThat(lastRows).isEqualTo(Arrays.copyOfRange(whole, (m - rows) * n, m * n));
        int count = 7;
        float[] columns = new float[m * count];
        float[] lastOfB = transB ? Arrays.copyOfRange(b, (n - count) * k, n * k) : columns(b, k, n, n - count, count);
        kernels().gemm(false, transB, m, count, k, a, 0, lastOfB, 0, columns, 0, false, Epilogue.NONE);
        assertThat(columns).isEqualTo(columns(whole, m, n, n - count, count));
    }

    private static float[] columns(float[] x, int rows, int n, int first, int count) {
        float[] part = new float[rows * count];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(x, row * n + first, part, row * count, count);
        }
        return part;
    }
}
