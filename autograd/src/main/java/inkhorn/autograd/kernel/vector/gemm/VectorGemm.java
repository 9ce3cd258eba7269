package inkhorn.autograd.kernel.vector.gemm;

import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.MatrixKernels;
import inkhorn.autograd.kernel.vector.loops.Scratch;
import inkhorn.autograd.kernel.vector.loops.VectorElementwise;
import inkhorn.autograd.kernel.vector.loops.VectorUnary;
import inkhorn.autograd.kernel.vector.workers.Workers;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Matrix product after Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008): each thread
 * packs blocks of b and panels of a for itself, and {@link MicroKernel} multiplies them. Nothing packed is shared: a
 * block that another core has written would have to be fetched from its cache.
 *
 * <p>Every element of c is summed over k in blocks of {@link #K_BLOCK} in ascending order, whatever the number of
 * threads and however rows and columns are dealt out.
 */
public final class VectorGemm {
    /**
     * Depth of a block: a panel of a (12 × 384 floats, 18 KiB) stays in the first cache. Part of what fixes the bits.
     */
    public static final int K_BLOCK = MatrixKernels.DEPTH;

    /**
     * Columns of b that a thread packs at a time: with K_BLOCK and vectors of 16 some 800 KiB, which stay in its second
     * cache beside what streams through.
     */
    private static final int MAX_COLUMNS = 33 * MicroKernel.W;

    /**
     * Rows of a that a thread packs at a time where a is stored column by column: those of one tile are less than a
     * line of the cache, and would be fetched alone. A multiple of the rows of every tile.
     */
    private static final int ROWS_TOGETHER = 96;

    /** Panels of a are put together in tasks of up to so many multiply-adds: some 20 microseconds. */
    private static final long TASK = 1 << 20;

    // Packed panels are kept from task to task: what an epilogue runs uses other slots.
    private static final int SLOT_PACKED_A = 0;
    private static final int SLOT_PACKED_B = 1;
    private static final int SLOT_EDGE = 2;

    /** Blocks multiplied so far: their numbers tell a thread what it holds packed. */
    private static final AtomicLong BLOCKS = new AtomicLong();

    private final Workers workers;

    public VectorGemm(Workers workers) {
        this.workers = workers;
    }

    /** See {@link Kernels#gemm}. */
    public void multiply(Operands op, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        if (op.m == 0 || op.n == 0) {
            return;
        }
        if (op.k == 0) {
            clear(c, cOffset, op.m * op.n, add);
            finish(op.n, c, cOffset, 0, op.m, 0, op.n, epilogue);
            return;
        }
        if (VectorSomeRows.suits(op, workers.threads())) {
            VectorSomeRows.multiply(workers, op, c, cOffset, add, epilogue);
            return;
        }
        // The longer side of c is divided among the threads: what each packs of the other one is packed by all of them.
        int abreast = op.n > op.m ? workers.threads() : 1;
        Tile tile = Tile.of(op, abreast);
        int panels = Packing.panels(op.n, tile.columns);
        int rounds = Packing.panels(panels, abreast * (MAX_COLUMNS / tile.columns));
        int columns = Packing.panels(panels, rounds * abreast) * tile.columns;
        for (int j = 0; j < op.n; j += abreast * columns) {
            int parts = Math.min(abreast, Packing.panels(op.n - j, columns));
            for (int p = 0; p < op.k; p += K_BLOCK) {
                int k = Math.min(K_BLOCK, op.k - p);
                Block block = new Block(BLOCKS.incrementAndGet(), op, tile, p, k, j, columns, parts);
                multiplyBlock(block, c, cOffset, add || p > 0, p + k == op.k ? epilogue : Epilogue.NONE);
            }
        }
    }

    /** Depth p … p+k of a product, and the columns of c from j on, in parts of {@code columns}. */
    private record Block(long id, Operands op, Tile tile, int p, int k, int j, int columns, int parts) {
        int firstColumn(int part) {
            return j + part * columns;
        }

        int columns(int part) {
            return Math.min(columns, op.n - firstColumn(part));
        }
    }

    /** Tasks are numbered part by part, so that a thread's share lies in one part, or in one range of rows. */
    private void multiplyBlock(Block block, float[] c, int cOffset, boolean add, Epilogue epilogue) {
        int height = block.tile.rows;
        int panels = Packing.panels(block.op.m, height);
        int perTask = panelsPerTask(panels, block);
        int tasks = Packing.panels(panels, perTask);
        workers.run(block.parts * tasks, i -> {
            int part = i / tasks;
            int row = i % tasks * perTask * height;
            int rows = Math.min(perTask * height, block.op.m - row);
            multiplyRows(block, part, row, rows, packedB(block, part), c, cOffset, add);
            finish(block.op.n, c, cOffset, row, rows, block.firstColumn(part), block.columns(part), epilogue);
        });
    }

    /** Enough tasks that threads end together, and no more of them to hand out than that takes. */
    private int panelsPerTask(int panels, Block block) {
        long panel = (long) block.tile.rows * block.columns * block.k;
        return (int) Math.max(1, Math.min(panels / (8 * workers.threads()), TASK / panel));
    }

    /** The part's panels of b, packed by this thread, unless it has just done so. */
    private static float[] packedB(Block block, int part) {
        Scratch scratch = Scratch.ofThread();
        float[] packed = scratch.array(SLOT_PACKED_B, Packing.size(block.columns, block.k, block.tile.columns));
        if (scratch.isNew(SLOT_PACKED_B, block.id, part)) {
            block.op.packB(block.tile, block.p, block.k, block.firstColumn(part), block.columns(part), packed);
        }
        return packed;
    }

    /** The panels of a among which a row's is, packed by this thread, unless it has just done so. */
    private static float[] packedA(Block block, int row) {
        Operands op = block.op;
        int together = op.rowsTogether(block.tile);
        Scratch scratch = Scratch.ofThread();
        int panels = together / block.tile.rows;
        float[] packed = scratch.array(SLOT_PACKED_A, Packing.START + panels * op.panelA(block.tile, block.k));
        if (scratch.isNew(SLOT_PACKED_A, block.id, row / together)) {
            int first = row / together * together;
            op.packA(block.tile, block.p, block.k, first, Math.min(together, op.m - first), packed);
        }
        return packed;
    }

    private static void multiplyRows(Block block, int part, int row, int rows, float[] packedB, float[] c, int cOffset,
                                     boolean add) {
        Operands op = block.op;
        Tile tile = block.tile;
        int n = block.columns(part);
        for (int r = row; r < row + rows; r += tile.rows) {
            int height = Math.min(tile.rows, row + rows - r);
            float[] packedA = packedA(block, r);
            int a = Packing.START + r % op.rowsTogether(tile) / tile.rows * op.panelA(tile, block.k);
            int at = cOffset + r * op.n + block.firstColumn(part);
            for (int column = 0; column < n; column += tile.columns) {
                int width = Math.min(tile.columns, n - column);
                int b = Packing.START + column * block.k;
                if (height == tile.rows && width == tile.columns) {
                    op.multiply(tile, block.k, packedA, a, packedB, b, c, at + column, op.n, add);
                } else {
                    multiplyEdge(block, packedA, a, packedB, b, c, at + column, height, width, add);
                }
            }
        }
    }

    /** A tile that sticks out of c is computed whole beside it, and the part inside is copied. */
    private static void multiplyEdge(Block block, float[] packedA, int a, float[] packedB, int b, float[] c, int at,
                                     int rows, int columns, boolean add) {
        Tile tile = block.tile;
        float[] edge = Scratch.ofThread().array(SLOT_EDGE, tile.size());
        block.op.multiply(tile, block.k, packedA, a, packedB, b, edge, 0, tile.columns, false);
        copyEdge(tile, edge, c, at, block.op.n, rows, columns, add);
    }

    /** The part of a tile that lies inside of c. */
    static void copyEdge(Tile tile, float[] edge, float[] c, int at, int cStep, int rows, int columns, boolean add) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < columns; i++) {
                int from = r * tile.columns + i;
                int to = at + r * cStep + i;
                c[to] = add ? edge[from] + c[to] : edge[from];
            }
        }
    }

    /** The epilogue on a block of c, whose rows have {@code width} columns. */
    public static void finish(int width, float[] c, int cOffset, int row, int rows, int j, int n, Epilogue epilogue) {
        if (epilogue.isNone()) {
            return;
        }
        for (int r = row; r < row + rows; r++) {
            int at = r * width + j;
            if (epilogue.bias() != null) {
                VectorElementwise.addInPlace(epilogue.bias(), j, c, cOffset + at, n);
            }
            if (epilogue.derivative() != null) {
                VectorUnary.activate(epilogue.activation(), c, cOffset + at, epilogue.derivative(), at, n);
            } else if (epilogue.activation() != null) {
                VectorUnary.forward(epilogue.activation(), 0, c, cOffset + at, c, cOffset + at, n);
            }
        }
    }

    private static void clear(float[] c, int cOffset, int n, boolean add) {
        if (!add) {
            Arrays.fill(c, cOffset, cOffset + n, 0);
        }
    }

    /** The two operands of a product with their storage order. */
    public static final class Operands {
        final int m;
        final int n;
        final int k;
        private final boolean transA;
        private final boolean transB;
        private final float[] a;
        private final int aOffset;
        private final float[] b;
        private final int bOffset;

        public Operands(boolean transA, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b,
                        int bOffset) {
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

        /** Whether the rows of op(a) lie along memory. */
        boolean isStoredByRows() {
            return !transA;
        }

        /** Whether the rows of op(b) lie along memory. */
        boolean isStoredByRowsB() {
            return !transB;
        }

        /** Rows of op(a) that are packed at a time. */
        int rowsTogether(Tile tile) {
            return transA ? ROWS_TOGETHER : tile.rows;
        }

        /** Floats from one packed panel of op(a) to the next. */
        int panelA(Tile tile, int depth) {
            return transA ? Packing.distance(depth, tile.rows) : tile.rows * MicroKernel.ROW_STEP;
        }

        /**
         * Packs {@code count} rows of op(a), at most {@link #rowsTogether}, depth p … p+depth, as {@link #multiply}
         * reads them.
         */
        void packA(Tile tile, int p, int depth, int row, int count, float[] to) {
            if (transA) {
                Packing.contiguousPanels(a, aOffset + p * m + row, m, depth, count, to, tile.rows);
            } else {
                packRows(p, depth, row, count, to, Packing.START);
            }
        }

        /** Packs rows of an a stored row by row, from {@code at} on. */
        void packRows(int p, int depth, int row, int count, float[] to, int at) {
            Packing.rows(a, aOffset + row * k + p, k, depth, count, to, at);
        }

        /**
         * Packs {@code count} columns of op(b) from {@code column} on, depth p … p+depth, in panels one behind the
         * other.
         */
        void packB(Tile tile, int p, int depth, int column, int count, float[] to) {
            if (!transB) {
                Packing.contiguousPanels(b, bOffset + p * n + column, n, depth, count, to, tile.columns);
                return;
            }
            for (int j = 0; j < count; j += tile.columns) {
                Packing.transposed(b, bOffset + (column + j) * k + p, k, depth, Math.min(tile.columns, count - j), to,
                        Packing.START + j * depth, tile.columns);
            }
        }

        /**
         * Packed rows of a by a whole panel of a b stored row by row, which is packed from {@link Packing#START} on.
         */
        void multiplyPacking(int p, int depth, int column, float[] packedA, int aAt, float[] panel, float[] c, int at,
                             boolean add) {
            MicroKernel.multiplyPacking(depth, packedA, aAt, b, bOffset + p * n + column, n, panel, Packing.START, c,
                    at, n, add);
        }

        /** A panel of a by a panel of b. */
        void multiply(Tile tile, int depth, float[] packedA, int aAt, float[] packedB, int bAt, float[] c, int at,
                      int cStep, boolean add) {
            if (transA) {
                MicroKernel.multiply(depth, packedA, aAt, packedB, bAt, c, at, cStep, add);
            } else {
                MicroKernel.multiplyRows(tile, depth, packedA, aAt, packedB, bAt, c, at, cStep, add);
            }
        }
    }
}
