package inkhorn.autograd.kernel.vector;

import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.vector.loops.Scratch;
import inkhorn.autograd.kernel.vector.loops.VectorElementwise;
import inkhorn.autograd.kernel.vector.loops.VectorRows;
import inkhorn.autograd.kernel.vector.workers.Workers;
import java.util.Arrays;

/**
 * Sums over an axis and over whole arrays. Long sums are cut into chunks whose size does not depend on the number of
 * threads; the chunks are then added in order.
 */
final class VectorSums {
    private static final int CHUNK = 16384;
    private static final int CHUNK_ROWS = 64;

    private VectorSums() {}

    /** A sum over part of an array. */
    @FunctionalInterface
    interface RangeSum {
        double of(int from, int to);
    }

    /** The sum over {@code 0 … n}, chunk by chunk. */
    static double chunked(Workers workers, int n, RangeSum sum) {
        int chunks = Math.max(1, (n + CHUNK - 1) / CHUNK);
        double[] partial = new double[chunks];
        workers.run(chunks, c -> partial[c] = sum.of(c * CHUNK, Math.min(n, (c + 1) * CHUNK)));
        double total = 0;
        for (double p : partial) {
            total += p;
        }
        return total;
    }

    /** See {@link Kernels#sum}. */
    static void overAxis(Workers workers, float[] x, int outer, int n, int inner, float factor, float[] out,
                         boolean add) {
        if (inner == 1 && outer == 1) {
            put(out, 0, (float) (factor * chunked(workers, n, (from, to) -> VectorRows.sum(x, from, to - from))), add);
        } else if (inner == 1) {
            int perTask = Math.max(1, CHUNK / Math.max(1, n));
            workers.run((outer + perTask - 1) / perTask, task -> {
                for (int o = task * perTask; o < Math.min(outer, (task + 1) * perTask); o++) {
                    put(out, o, (float) (factor * VectorRows.sum(x, o * n, n)), add);
                }
            });
        } else {
            for (int o = 0; o < outer; o++) {
                int block = o;
                columns(workers, n, inner, out, o * inner, factor, add,
                        (row, sums, at) -> VectorElementwise.addInPlace(x, (block * n + row) * inner, sums, at, inner));
            }
        }
    }

    private static void put(float[] out, int at, float value, boolean add) {
        out[at] = add ? value + out[at] : value;
    }

    /** Adds what a row gives to {@code sums}, from index {@code at}. */
    @FunctionalInterface
    interface RowAdder {
        void add(int row, float[] sums, int at);
    }

    /** {@code out = factor · sum over rows}, of {@code width} columns, or added. */
    static void columns(Workers workers, int rows, int width, float[] out, int outAt, float factor, boolean add,
                        RowAdder adder) {
        int chunks = Math.max(1, (rows + CHUNK_ROWS - 1) / CHUNK_ROWS);
        float[] partial = Scratch.ofThread().array(0, chunks * width);
        workers.run(chunks, c -> {
            Arrays.fill(partial, c * width, (c + 1) * width, 0);
            for (int row = c * CHUNK_ROWS; row < Math.min(rows, (c + 1) * CHUNK_ROWS); row++) {
                adder.add(row, partial, c * width);
            }
        });
        for (int c = 1; c < chunks; c++) {
            VectorElementwise.addInPlace(partial, c * width, partial, 0, width);
        }
        if (add) {
            for (int i = 0; i < width; i++) {
                out[outAt + i] += factor * partial[i];
            }
        } else {
            for (int i = 0; i < width; i++) {
                out[outAt + i] = factor * partial[i];
            }
        }
    }
}
