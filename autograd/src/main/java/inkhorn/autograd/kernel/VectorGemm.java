package inkhorn.autograd.kernel;

/**
 * Matrix product after Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008): blocks of b are
 * packed once for all threads, blocks of a by each thread for itself, and {@link MicroKernel} multiplies the panels.
 *
 * <p>Every element of c is summed over k in blocks of {@link #K_BLOCK} in ascending order, whatever the number of threads
 * and however rows and columns are dealt out.
 */
final class VectorGemm {

    /** Depth of a block: a panel of a (12 × 384 floats, 18 KiB) stays in the first cache. Part of what fixes the bits. */
    private static final int K_BLOCK = 384;

    /** Columns of b packed at a time: with K_BLOCK 3 MiB, shared by all threads. */
    private static final int N_BLOCK = 2048;

    /** Rows of a packed at a time, in panels: with K_BLOCK about 150 KiB, in the second cache. */
    private static final int MAX_PANELS = 8;

    private static final int ROWS = MicroKernel.ROWS;
    private static final int COLUMNS = MicroKernel.COLUMNS;

    private static final int SLOT_PACKED_A = 0;
    private static final int SLOT_PACKED_B = 1;
    private static final int SLOT_EDGE = 2;

    private final Workers workers;

    VectorGemm(Workers workers) {
        this.workers = workers;
    }

    /** See {@link Kernels#gemm}. */
    void multiply(Operands op, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        if (op.k == 0) {
            clear(c, cOffset, op.m * op.n, add);
            finish(op, c, cOffset, 0, op.m, 0, op.n, epilogue);
            return;
        }
        int columns = Math.min(op.n, N_BLOCK);
        int depth = Math.min(op.k, K_BLOCK);
        float[] packedB = Scratch.ofThread().array(SLOT_PACKED_B, Packing.size(columns, depth, COLUMNS));
        for (int j = 0; j < op.n; j += N_BLOCK) {
            int n = Math.min(N_BLOCK, op.n - j);
            for (int p = 0; p < op.k; p += K_BLOCK) {
                int k = Math.min(K_BLOCK, op.k - p);
                packB(op, p, k, j, n, packedB);
                boolean last = p + k == op.k;
                multiplyBlock(op, p, k, j, n, packedB, c, cOffset, add || p > 0, last ? epilogue : Epilogue.NONE);
            }
        }
    }

    private void packB(Operands op, int p, int k, int j, int n, float[] packed) {
        int panels = Packing.panels(n, COLUMNS);
        int perTask = Math.max(1, 16384 / (k * COLUMNS));
        workers.run(Packing.panels(panels, perTask), task -> {
            for (int panel = task * perTask; panel < Math.min(panels, (task + 1) * perTask); panel++) {
                int column = panel * COLUMNS;
                op.packB(p, k, j + column, Math.min(COLUMNS, n - column), packed, column * k);
            }
        });
    }

    private void multiplyBlock(Operands op, int p, int k, int j, int n, float[] packedB, float[] c, int cOffset,
                               boolean add, Epilogue epilogue) {
        int panels = Packing.panels(op.m, ROWS);
        int perTask = panelsPerTask(panels);
        workers.run(Packing.panels(panels, perTask), task -> {
            int row = task * perTask * ROWS;
            int rows = Math.min(perTask * ROWS, op.m - row);
            float[] packedA = Scratch.ofThread().array(SLOT_PACKED_A, Packing.size(rows, k, ROWS));
            for (int r = 0; r < rows; r += ROWS) {
                op.packA(p, k, row + r, Math.min(ROWS, rows - r), packedA, r * k);
            }
            multiplyPanels(op, row, rows, j, n, k, packedA, packedB, c, cOffset, add);
            finish(op, c, cOffset, row, rows, j, n, epilogue);
        });
    }

    /** Enough tasks that threads end together, but no more rows than the second cache holds. */
    private int panelsPerTask(int panels) {
        int wanted = panels / (workers.threads() * 8);
        return Math.max(1, Math.min(MAX_PANELS, wanted));
    }

    private static void multiplyPanels(Operands op, int row, int rows, int j, int n, int k, float[] packedA,
                                       float[] packedB, float[] c, int cOffset, boolean add) {
        for (int column = 0; column < n; column += COLUMNS) {
            int columns = Math.min(COLUMNS, n - column);
            for (int r = 0; r < rows; r += ROWS) {
                int at = cOffset + (row + r) * op.n + j + column;
                if (columns == COLUMNS && rows - r >= ROWS) {
                    MicroKernel.multiply(k, packedA, r * k, ROWS, packedB, column * k, COLUMNS, c, at, op.n, add);
                } else {
                    multiplyEdge(k, packedA, r * k, packedB, column * k, c, at, op.n,
                            Math.min(ROWS, rows - r), columns, add);
                }
            }
        }
    }

    /** A block that sticks out of c is computed whole beside it, and the part inside is copied. */
    private static void multiplyEdge(int k, float[] packedA, int a, float[] packedB, int b, float[] c, int at, int cStep,
                                     int rows, int columns, boolean add) {
        float[] edge = Scratch.ofThread().array(SLOT_EDGE, ROWS * COLUMNS);
        MicroKernel.multiply(k, packedA, a, ROWS, packedB, b, COLUMNS, edge, 0, COLUMNS, false);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < columns; i++) {
                int to = at + r * cStep + i;
                c[to] = add ? edge[r * COLUMNS + i] + c[to] : edge[r * COLUMNS + i];
            }
        }
    }

    private static void finish(Operands op, float[] c, int cOffset, int row, int rows, int j, int n, Epilogue epilogue) {
        if (epilogue.isNone()) {
            return;
        }
        for (int r = row; r < row + rows; r++) {
            int at = r * op.n + j;
            if (epilogue.bias() != null) {
                VectorElementwise.addInPlace(epilogue.bias(), j, c, cOffset + at, n);
            }
            if (epilogue.preActivation() != null) {
                System.arraycopy(c, cOffset + at, epilogue.preActivation(), at, n);
            }
            if (epilogue.activation() != null) {
                VectorUnary.forward(epilogue.activation(), 0, c, cOffset + at, c, cOffset + at, n);
            }
        }
    }

    private static void clear(float[] c, int cOffset, int n, boolean add) {
        if (!add) {
            java.util.Arrays.fill(c, cOffset, cOffset + n, 0);
        }
    }

    /** The two operands of a product with their storage order. */
    static final class Operands {
        final int m;
        final int n;
        final int k;
        private final boolean transA;
        private final boolean transB;
        private final float[] a;
        private final int aOffset;
        private final float[] b;
        private final int bOffset;

        Operands(boolean transA, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b, int bOffset) {
            this.transA = transA;
            this.transB = transB;
            this.m = m;
            this.n = n;
            this.k = k;
            this.a = a;
            this.aOffset = aOffset;
            this.b = b;
            this.bOffset = bOffset;
        }

        /** Packs a panel of {@code count} rows of op(a), depth p … p+k. */
        void packA(int p, int depth, int row, int count, float[] to, int at) {
            if (transA) {
                Packing.contiguous(a, aOffset + p * m + row, m, depth, count, to, at, ROWS);
            } else {
                Packing.transposed(a, aOffset + row * k + p, k, depth, count, to, at, ROWS);
            }
        }

        /** Packs a panel of {@code count} columns of op(b), depth p … p+k. */
        void packB(int p, int depth, int column, int count, float[] to, int at) {
            if (transB) {
                Packing.transposed(b, bOffset + column * k + p, k, depth, count, to, at, COLUMNS);
            } else {
                Packing.contiguous(b, bOffset + p * n + column, n, depth, count, to, at, COLUMNS);
            }
        }
    }
}
