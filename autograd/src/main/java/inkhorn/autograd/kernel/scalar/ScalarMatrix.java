package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.MatrixKernels;
import java.util.Arrays;

/**
 * The scalar matrix product: each row of c is a sum of multiples of rows of b, so the inner loop runs along memory and
 * the JIT makes vector code of it. Sums are in float, four products at a time, in the order of k.
 */
interface ScalarMatrix extends MatrixKernels {
    @Override
    default void gemm(boolean transA, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b,
                      int bOffset, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        float[] rows = transB ? transposed(b, bOffset, n, k) : b;      // (k, n)
        int rowsOffset = transB ? 0 : bOffset;
        int rowStep = transA ? 1 : k;
        int columnStep = transA ? m : 1;
        for (int i = 0; i < m; i++) {
            int cAt = cOffset + i * n;
            if (!add) {
                Arrays.fill(c, cAt, cAt + n, 0);
            }
            multiplyRow(a, aOffset + i * rowStep, columnStep, rows, rowsOffset, n, k, c, cAt);
            finishRow(epilogue, c, cAt, i, n);
        }
    }

    /** c += a · b for one row of c; elements of a's row are {@code step} apart. */
    private static void multiplyRow(float[] a, int aAt, int step, float[] b, int bAt, int n, int k, float[] c,
                                    int cAt) {
        int p = 0;
        for (; p + 3 < k; p += 4) {
            // Four rows of b at once: c passes through the registers a quarter as often.
            float a0 = a[aAt + p * step];
            float a1 = a[aAt + (p + 1) * step];
            float a2 = a[aAt + (p + 2) * step];
            float a3 = a[aAt + (p + 3) * step];
            int b0 = bAt + p * n;
            int b1 = b0 + n;
            int b2 = b1 + n;
            int b3 = b2 + n;
            for (int j = 0; j < n; j++) {
                c[cAt + j] += a0 * b[b0 + j] + a1 * b[b1 + j] + a2 * b[b2 + j] + a3 * b[b3 + j];
            }
        }
        for (; p < k; p++) {
            float a0 = a[aAt + p * step];
            int b0 = bAt + p * n;
            for (int j = 0; j < n; j++) {
                c[cAt + j] += a0 * b[b0 + j];
            }
        }
    }

    private static void finishRow(Epilogue epilogue, float[] c, int cAt, int row, int n) {
        float[] bias = epilogue.bias();
        for (int j = 0; j < n && bias != null; j++) {
            c[cAt + j] += bias[j];
        }
        if (epilogue.activation() == null) {
            return;
        }
        for (int j = 0; j < n; j++) {
            double z = c[cAt + j];
            double y = ScalarElements.value(epilogue.activation(), 0, z);
            if (epilogue.derivative() != null) {
                epilogue.derivative()[row * n + j] = (float) ScalarElements.derivative(epilogue.activation(), 0, z, y);
            }
            c[cAt + j] = (float) y;
        }
    }

    /** A (rows, columns) matrix as (columns, rows). */
    private static float[] transposed(float[] x, int offset, int rows, int columns) {
        float[] out = new float[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                out[j * rows + i] = x[offset + i * columns + j];
            }
        }
        return out;
    }
}
