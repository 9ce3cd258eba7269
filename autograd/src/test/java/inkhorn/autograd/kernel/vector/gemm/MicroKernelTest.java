package inkhorn.autograd.kernel.vector.gemm;

import static inkhorn.autograd.kernel.Samples.normal;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All of them, also those that this machine does not choose: one fused multiply-add after another, in the order of the
 * depth.
 */
class MicroKernelTest {

    private static final int STEP = MicroKernel.ROW_STEP;
    private static final int C_STEP = 61;

    /** How a micro-kernel reads its operands. */
    private enum Layout {
        /** Both packed: rows of a tile side by side, columns of a tile side by side. */
        COLUMNS,
        /** Rows of a, {@link #STEP} apart. */
        ROWS,
        /** Both with a step of {@link #STEP} from depth to depth. */
        STRIDED;

        int a(int rows, int p, int r) {
            return this == COLUMNS ? p * rows + r : this == ROWS ? r * STEP + p : p * STEP + r;
        }

        int b(int columns, int p, int j) {
            return p * (this == STRIDED ? STEP : columns) + j;
        }
    }

    /** A micro-kernel's method. */
    @FunctionalInterface
    private interface Multiply {
        void run(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStep);
    }

    private static void assertBits(String name, Multiply kernel, Layout layout, int rows, int columns) {
        for (int k : new int[] {1, 2, 13, 384}) {
            float[] a = normal(1, STEP * 400);
            float[] b = normal(2, STEP * 400);
            float[] c = new float[7 + rows * C_STEP];
            kernel.run(k, a, 3, b, 5, c, 7, C_STEP);
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < columns; j++) {
                    float sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum = Math.fma(a[3 + layout.a(rows, p, r)], b[5 + layout.b(columns, p, j)], sum);
                    }
                    assertThat(c[7 + r * C_STEP + j]).as("%s, depth %d, row %d, column %d", name, k, r, j)
                            .isEqualTo(sum);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"12x2", "6x2", "8x3"})
    void sumsRunOverTheDepthInOrder(String tile) {
        switch (tile) {
            case "12x2" -> {
                assertBits("12x2", MicroKernel12x2::multiply, Layout.COLUMNS, 12, 2 * MicroKernel.W);
                assertBits("12x2 rows", MicroKernel12x2Rows::multiply, Layout.ROWS, 12, 2 * MicroKernel.W);
                assertBits("12x2 strided", MicroKernel12x2Strided::multiply, Layout.STRIDED, 12, 2 * MicroKernel.W);
            }
            case "6x2" -> {
                assertBits("6x2", MicroKernel6x2::multiply, Layout.COLUMNS, 6, 2 * MicroKernel.W);
                assertBits("6x2 rows", MicroKernel6x2Rows::multiply, Layout.ROWS, 6, 2 * MicroKernel.W);
                assertBits("6x2 strided", MicroKernel6x2Strided::multiply, Layout.STRIDED, 6, 2 * MicroKernel.W);
            }
            default -> {
                assertBits("8x3 rows", MicroKernel8x3Rows::multiply, Layout.ROWS, 8, 3 * MicroKernel.W);
                float[] packed = new float[STEP * 400];
                assertBits("8x3 packing", (k, a, aOffset, b, bOffset, c, cOffset, cStep) ->
                        MicroKernel8x3Packing.multiply(k, a, aOffset, b, bOffset, 3 * MicroKernel.W, packed, 1, c,
                                cOffset, cStep), Layout.ROWS, 8, 3 * MicroKernel.W);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 13, 384})
    void aPanelIsPackedByTheRowsThatMeetItFirst(int depth) {
        int step = 211;
        int columns = Tile.WIDE.columns;
        float[] a = normal(1, STEP * 400);
        float[] b = normal(2, 5 + step * 400);
        float[] packed = new float[1 + columns * 400];
        float[] c = normal(3, 7 + Tile.WIDE.rows * C_STEP);
        float[] expected = c.clone();
        MicroKernel.multiplyPacking(depth, a, 3, b, 5, step, packed, 1, c, 7, C_STEP, true);
        for (int p = 0; p < depth; p++) {
            for (int j = 0; j < columns; j++) {
                assertThat(packed[1 + p * columns + j]).isEqualTo(b[5 + p * step + j]);
            }
        }
        MicroKernel.multiplyRows(Tile.WIDE, depth, a, 3, packed, 1, expected, 7, C_STEP, true);
        assertThat(c).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"amd64, 16, true", "amd64, 8, false", "amd64, 4, false", "x86_64, 4, false", "i386, 4, false",
        "aarch64, 4, true",
        "aarch64, 8, true", "aarch64, 16, true", "riscv64, 8, true", "ppc64le, 4, true"})
    void x86HasFewRegistersWithoutAvx512(String arch, int lanes, boolean many) {
        assertThat(MicroKernel.hasManyRegisters(arch, lanes)).isEqualTo(many);
    }
}
