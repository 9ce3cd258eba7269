package inkhorn.autograd.kernel.scalar;

import inkhorn.autograd.kernel.AxisKernels;
import java.util.Arrays;

/** The scalar kernels along the middle axis of (outer, n, inner), and those that pick rows. Sums run in double. */
interface ScalarAxis extends AxisKernels {
    @Override
    default void sum(float[] x, int outer, int n, int inner, float factor, float[] out, boolean add) {
        double[] sums = new double[inner];
        for (int o = 0; o < outer; o++) {
            Arrays.fill(sums, 0);
            for (int j = 0; j < n; j++) {
                int at = (o * n + j) * inner;
                for (int i = 0; i < inner; i++) {
                    sums[i] += x[at + i];
                }
            }
            for (int i = 0; i < inner; i++) {
                float value = (float) (factor * sums[i]);
                out[o * inner + i] = add ? out[o * inner + i] + value : value;
            }
        }
    }

    @Override
    default void max(float[] x, int outer, int n, int inner, float[] out, int[] where) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int best = 0;
                float largest = x[o * n * inner + i];
                for (int j = 1; j < n; j++) {
                    float value = x[(o * n + j) * inner + i];
                    boolean firstNaN = value != value && largest == largest;
                    if (value > largest || firstNaN) {
                        largest = value;
                        best = j;
                    }
                }
                out[o * inner + i] = largest;
                where[o * inner + i] = best;
            }
        }
    }

    @Override
    default void maxBackward(float[] dy, int[] where, int outer, int n, int inner, float[] dx, boolean add) {
        if (!add) {
            Arrays.fill(dx, 0, outer * n * inner, 0);
        }
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                dx[(o * n + where[o * inner + i]) * inner + i] += dy[o * inner + i];
            }
        }
    }

    /** One sum in double, in order: a single chunk. */
    @Override
    default void sumsOfSquares(float[] x, int from, int n, double[] sums) {
        for (int block = 0; block < AxisKernels.squaresBlocks(n); block++) {
            double sum = 0;
            for (int i = block * SQUARES_BLOCK; i < Math.min(n, (block + 1) * SQUARES_BLOCK); i++) {
                sum += (double) x[from + i] * x[from + i];
            }
            sums[block] = sum;
        }
    }

    @Override
    default void gatherRows(float[] table, int n, int[] ids, int count, float[] out) {
        for (int i = 0; i < count; i++) {
            System.arraycopy(table, ids[i] * n, out, i * n, n);
        }
    }

    @Override
    default void scatterAddRows(float[] dy, int[] ids, int count, int n, int tableRows, float[] dTable, boolean add) {
        if (!add) {
            Arrays.fill(dTable, 0, tableRows * n, 0);
        }
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < n; j++) {
                dTable[ids[i] * n + j] += dy[i * n + j];
            }
        }
    }
}
