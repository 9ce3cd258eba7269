package inkhorn.autograd.kernel.vector.gemm;

import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.MatrixKernels;
import inkhorn.autograd.kernel.vector.loops.Scratch;
import inkhorn.autograd.kernel.vector.loops.VectorElementwise;
import inkhorn.autograd.kernel.vector.workers.Workers;

/**
 * A matrix product with few rows, as a model computes that writes token by token: bound by reading b, which all rows
 * share. Columns are dealt out to the threads. One object a calling thread, used again, so that a product allocates
 * nothing.
 *
 * <p>With b as (k, n) every element of c has the bits that {@link VectorGemm} gives it. With b as (n, k) it has those
 * of {@link RowDots}, whatever the number of rows up to {@link #MAX_ROWS_TRANSPOSED}.
 */
public final class VectorFewRows implements Workers.Task {
    /** From here on packing b pays. */
    public static final int MAX_ROWS = 8;

    /** The same where packing b means to transpose it. */
    public static final int MAX_ROWS_TRANSPOSED = MatrixKernels.FEW_ROWS;

    /** Columns of a task at most: the sums of a row, 4 KiB, stay in the first cache. */
    private static final int MAX_WIDTH = 1024;

    /** Elements of b that a task reads at least, some 20 microseconds. */
    private static final long MIN_TASK = 1 << 16;

    /** Tasks of a thread, where there is work enough: one that falls behind leaves the others half of its share. */
    private static final int TASKS_PER_THREAD = 2;

    private static final int SLOT_SUMS = 0;

    private static final ThreadLocal<VectorFewRows> OF_THREAD = ThreadLocal.withInitial(VectorFewRows::new);

    private boolean transB;
    private int m;
    private int n;
    private int k;
    private float[] a;
    private int aOffset;
    private float[] b;
    private int bOffset;
    private float[] c;
    private int cOffset;
    private boolean add;
    private Epilogue epilogue;
    private int width;

    private VectorFewRows() {}

    public static boolean suits(boolean transA, boolean transB, int m, int n, int k) {
        return !transA && n > 0 && k > 0 && m <= (transB ? MAX_ROWS_TRANSPOSED : MAX_ROWS);
    }

    /** See {@link Kernels#gemm}; a is not transposed. */
    public static void multiply(Workers workers, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b,
                                int bOffset, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        VectorFewRows product = OF_THREAD.get();
        product.transB = transB;
        product.m = m;
        product.n = n;
        product.k = k;
        product.a = a;
        product.aOffset = aOffset;
        product.b = b;
        product.bOffset = bOffset;
        product.c = c;
        product.cOffset = cOffset;
        product.add = add;
        product.epilogue = epilogue;
        product.width = width(transB, n, k, workers.threads());
        workers.run(Packing.panels(n, product.width), product);
        product.a = null;
        product.b = null;
        product.c = null;
        product.epilogue = null;
    }

    private static int width(boolean transB, int n, int k, int threads) {
        long each = Math.min(TASKS_PER_THREAD, Math.max(1, (long) n * k / threads / MIN_TASK));
        int wanted = Packing.panels(n, (int) each * threads);
        int whole = transB ? RowDots.COLUMNS : MicroKernel.COLUMNS;
        return Math.min(MAX_WIDTH, Packing.panels(wanted, whole) * whole);
    }

    @Override
    public void run(int task) {
        int from = task * width;
        int count = Math.min(width, n - from);
        if (transB) {
            RowDots.multiply(m, count, k, a, aOffset, b, bOffset + from * k, c, cOffset + from, n, add);
        } else {
            multiplyColumns(from, count);
        }
        VectorGemm.finish(n, c, cOffset, 0, m, from, count, epilogue);
    }

    private void multiplyColumns(int from, int count) {
        float[] sums = Scratch.ofThread().array(SLOT_SUMS, m * MAX_WIDTH);
        for (int p = 0; p < k; p += VectorGemm.K_BLOCK) {
            int depth = Math.min(VectorGemm.K_BLOCK, k - p);
            FewRows.multiply(m, count, depth, a, aOffset + p, k, b, bOffset + p * n + from, n, sums, MAX_WIDTH);
            for (int r = 0; r < m; r++) {
                int at = cOffset + r * n + from;
                if (add || p > 0) {
                    VectorElementwise.addInPlace(sums, r * MAX_WIDTH, c, at, count);
                } else {
                    System.arraycopy(sums, r * MAX_WIDTH, c, at, count);
                }
            }
        }
    }
}
