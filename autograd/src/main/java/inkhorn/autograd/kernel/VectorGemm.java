package inkhorn.autograd.kernel;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Matrix product after Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008): each thread packs
 * blocks of b and panels of a for itself, and {@link MicroKernel} multiplies them. Nothing packed is shared: a block that
 * another core has written would have to be fetched from its cache.
 *
 * <p>Every element of c is summed over k in blocks of {@link #K_BLOCK} in ascending order, whatever the number of threads
 * and however rows and columns are dealt out.
 */
final class VectorGemm {

    /** Depth of a block: a panel of a (12 × 384 floats, 18 KiB) stays in the first cache. Part of what fixes the bits. */
    static final int K_BLOCK = 384;

    /** Panels of b that a thread packs at a time: with K_BLOCK and 32 columns 768 KiB, which stay in its second cache beside what streams through. */
    private static final int MAX_PART = 16;

    /** Multiply-adds of a task at least: some 20 microseconds. */
    private static final long MIN_TASK = 1 << 20;

    private static final int ROWS = MicroKernel.ROWS;
    private static final int COLUMNS = MicroKernel.COLUMNS;

    private static final int SLOT_PACKED_A = 0;
    private static final int SLOT_PACKED_B = 1;
    private static final int SLOT_EDGE = 2;

    /** Blocks multiplied so far: their numbers tell a thread what it holds packed. */
    private static final AtomicLong BLOCKS = new AtomicLong();

    private final Workers workers;

    VectorGemm(Workers workers) {
        this.workers = workers;
    }

    /** See {@link Kernels#gemm}. */
    void multiply(Operands op, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        if (op.k == 0) {
            clear(c, cOffset, op.m * op.n, add);
            finish(op.n, c, cOffset, 0, op.m, 0, op.n, epilogue);
            return;
        }
        // The longer side of c is divided among the threads: what each packs of the other one is packed by all of them.
        int abreast = op.n > op.m ? workers.threads() : 1;
        int panels = Packing.panels(op.n, COLUMNS);
        int rounds = Packing.panels(panels, abreast * MAX_PART);
        int columns = Packing.panels(panels, rounds * abreast) * COLUMNS;
        for (int j = 0; j < op.n; j += abreast * columns) {
            int parts = Math.min(abreast, Packing.panels(op.n - j, columns));
            for (int p = 0; p < op.k; p += K_BLOCK) {
                int k = Math.min(K_BLOCK, op.k - p);
                Block block = new Block(BLOCKS.incrementAndGet(), op, p, k, j, columns, parts);
                multiplyBlock(block, c, cOffset, add || p > 0, p + k == op.k ? epilogue : Epilogue.NONE);
            }
        }
    }

    /** Depth p … p+k of a product, and the columns of c from j on, in parts of {@code columns}. */
    private record Block(long id, Operands op, int p, int k, int j, int columns, int parts) {

        int firstColumn(int part) {
            return j + part * columns;
        }

        int columns(int part) {
            return Math.min(columns, op.n - firstColumn(part));
        }
    }

    /** Tasks are numbered part by part, so that a thread's share lies in one part, or in one range of rows. */
    private void multiplyBlock(Block block, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        int panels = Packing.panels(block.op.m, ROWS);
        int perTask = panelsPerTask(panels, block);
        int tasks = Packing.panels(panels, perTask);
        workers.run(block.parts * tasks, i -> {
            int part = i / tasks;
            int row = i % tasks * perTask * ROWS;
            int rows = Math.min(perTask * ROWS, block.op.m - row);
            multiplyRows(block, part, row, rows, packedB(block, part), c, cOffset, add);
            finish(block.op.n, c, cOffset, row, rows, block.firstColumn(part), block.columns(part), epilogue);
        });
    }

    /** Enough tasks that threads end together, none too short for the handing out. */
    private int panelsPerTask(int panels, Block block) {
        long panel = (long) ROWS * block.columns * block.k;
        return (int) Math.max(1, Math.min(panels / (8 * workers.threads()), MIN_TASK / panel));
    }

    /** The part's panels of b, packed by this thread, unless it has just done so. */
    private static float[] packedB(Block block, int part) {
        Scratch scratch = Scratch.ofThread();
        float[] packed = scratch.array(SLOT_PACKED_B, Packing.size(block.columns, block.k, COLUMNS));
        if (scratch.isNew(block.id, part)) {
            block.op.packB(block.p, block.k, block.firstColumn(part), block.columns(part), packed);
        }
        return packed;
    }

    private static void multiplyRows(Block block, int part, int row, int rows, float[] packedB, float[] c, int cOffset, boolean add) {
        Operands op = block.op;
        int n = block.columns(part);
        float[] packedA = Scratch.ofThread().array(SLOT_PACKED_A, Packing.START + ROWS * MicroKernel.ROW_STEP);
        for (int r = row; r < row + rows; r += ROWS) {
            int height = Math.min(ROWS, row + rows - r);
            op.packA(block.p, block.k, r, height, packedA);
            int at = cOffset + r * op.n + block.firstColumn(part);
            for (int column = 0; column < n; column += COLUMNS) {
                int width = Math.min(COLUMNS, n - column);
                int b = Packing.START + column * block.k;
                if (height == ROWS && width == COLUMNS) {
                    op.multiply(block.k, packedA, packedB, b, c, at + column, op.n, add);
                } else {
                    multiplyEdge(op, block.k, packedA, packedB, b, c, at + column, height, width, add);
                }
            }
        }
    }

    /** A block that sticks out of c is computed whole beside it, and the part inside is copied. */
    private static void multiplyEdge(Operands op, int k, float[] packedA, float[] packedB, int b, float[] c, int at,
                                     int rows, int columns, boolean add) {
        float[] edge = Scratch.ofThread().array(SLOT_EDGE, ROWS * COLUMNS);
        op.multiply(k, packedA, packedB, b, edge, 0, COLUMNS, false);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < columns; i++) {
                int to = at + r * op.n + i;
                c[to] = add ? edge[r * COLUMNS + i] + c[to] : edge[r * COLUMNS + i];
            }
        }
    }

    /** The epilogue on a block of c, whose rows have {@code width} columns. */
    static void finish(int width, float[] c, int cOffset, int row, int rows, int j, int n, Epilogue epilogue) {
        if (epilogue.isNone()) {
            return;
        }
        for (int r = row; r < row + rows; r++) {
            int at = r * width + j;
            if (epilogue.bias() != null) {
                VectorElementwise.addInPlace(epilogue.bias(), j, c, cOffset + at, n);
            }
            if (epilogue.slopes() != null) {
                VectorUnary.activate(epilogue.activation(), c, cOffset + at, epilogue.slopes(), at, n);
            } else if (epilogue.activation() != null) {
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

        /** Packs a panel of {@code count} rows of op(a), depth p … p+depth, as {@link #multiply} reads it. */
        void packA(int p, int depth, int row, int count, float[] to) {
            if (transA) {
                Packing.contiguous(a, aOffset + p * m + row, m, depth, count, to, Packing.START, ROWS);
            } else {
                Packing.rows(a, aOffset + row * k + p, k, depth, count, to, Packing.START);
            }
        }

        /** Packs {@code count} columns of op(b) from {@code column} on, depth p … p+depth, in panels one behind the other. */
        void packB(int p, int depth, int column, int count, float[] to) {
            if (!transB) {
                Packing.panelsOfColumns(b, bOffset + p * n + column, n, depth, count, to);
                return;
            }
            for (int j = 0; j < count; j += COLUMNS) {
                Packing.transposed(b, bOffset + (column + j) * k + p, k, depth, Math.min(COLUMNS, count - j), to,
                        Packing.START + j * depth, COLUMNS);
            }
        }

        /** A panel of a by a panel of b. */
        void multiply(int depth, float[] packedA, float[] packedB, int bAt, float[] c, int at, int cStep, boolean add) {
            if (transA) {
                MicroKernel.multiply(depth, packedA, Packing.START, packedB, bAt, c, at, cStep, add);
            } else {
                MicroKernel.multiplyRows(depth, packedA, Packing.START, packedB, bAt, c, at, cStep, add);
            }
        }
    }
}
