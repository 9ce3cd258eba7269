package inkhorn.autograd.kernel.vector.gemm;

import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.Kernels;
import inkhorn.autograd.kernel.vector.loops.Scratch;
import inkhorn.autograd.kernel.vector.workers.Workers;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A matrix product with some dozens of rows, as a model computes that writes as many texts side by side: too few to pay
 * for packing b beforehand, as {@link VectorGemm} does. Here a task is a panel of b. Its first tile of rows reads it
 * where it is and packs it by the way, the others find it in the first cache. All rows of a are packed, by each thread
 * for itself.
 *
 * <p>Every element of c has the bits that {@link VectorGemm} gives it.
 */
final class VectorSomeRows {
    /** From here on b is packed for rows enough. */
    static final int MAX_ROWS = 128;

    /** Floats of a packed a at most: 1 MiB, the second cache. */
    private static final int MAX_PACKED_A = 1 << 18;

    private static final Tile TILE = Tile.WIDE;

    private static final int SLOT_PACKED_A = 0;
    private static final int SLOT_PANEL = 1;
    private static final int SLOT_EDGE = 2;

    /** The number of the last product, which tells a thread whose a it holds packed; {@link VectorGemm}'s go upward. */
    private static final AtomicLong LAST = new AtomicLong();

    private final VectorGemm.Operands op;
    private final long id = LAST.decrementAndGet();

    private VectorSomeRows(VectorGemm.Operands op) {
        this.op = op;
    }

    /** Where there is a panel for each thread, and the micro-kernel that packs one. */
    static boolean suits(VectorGemm.Operands op, int threads) {
        return Tile.quickest() == TILE && op.isStoredByRows() && op.isStoredByRowsB() && op.m <= MAX_ROWS
                && op.n >= TILE.columns * threads && packedSize(op) <= MAX_PACKED_A;
    }

    /** See {@link Kernels#gemm}. */
    static void multiply(Workers workers, VectorGemm.Operands op, float[] c, int cOffset, boolean add,
                         Epilogue epilogue) {
        VectorSomeRows product = new VectorSomeRows(op);
        workers.run(Packing.panels(op.n, TILE.columns), panel -> {
            int column = panel * TILE.columns;
            int width = Math.min(TILE.columns, op.n - column);
            product.multiplyPanel(column, width, c, cOffset, add);
            VectorGemm.finish(op.n, c, cOffset, 0, op.m, column, width, epilogue);
        });
    }

    private void multiplyPanel(int column, int width, float[] c, int cOffset, boolean add) {
        float[] a = packedA();
        float[] panel = Scratch.ofThread().array(SLOT_PANEL, Packing.size(TILE.columns, VectorGemm.K_BLOCK,
                TILE.columns));
        for (int p = 0; p < op.k; p += VectorGemm.K_BLOCK) {
            int depth = Math.min(VectorGemm.K_BLOCK, op.k - p);
            for (int row = 0; row < op.m; row += TILE.rows) {
                int at = packedRow(op, p, row);
                int to = cOffset + row * op.n + column;
                int rows = Math.min(TILE.rows, op.m - row);
                boolean adds = add || p > 0;
                if (rows < TILE.rows || width < TILE.columns) {
                    if (row == 0) {
                        op.packB(TILE, p, depth, column, width, panel);
                    }
                    float[] edge = Scratch.ofThread().array(SLOT_EDGE, TILE.size());
                    MicroKernel.multiplyRows(TILE, depth, a, at, panel, Packing.START, edge, 0, TILE.columns, false);
                    VectorGemm.copyEdge(TILE, edge, c, to, op.n, rows, width, adds);
                } else if (row == 0) {
                    op.multiplyPacking(p, depth, column, a, at, panel, c, to, adds);
                } else {
                    MicroKernel.multiplyRows(TILE, depth, a, at, panel, Packing.START, c, to, op.n, adds);
                }
            }
        }
    }

    /** All of a, packed by this thread, unless it has just done so. */
    private float[] packedA() {
        Scratch scratch = Scratch.ofThread();
        float[] packed = scratch.array(SLOT_PACKED_A, packedSize(op));
        if (scratch.isNew(SLOT_PACKED_A, id, 0)) {
            for (int p = 0; p < op.k; p += VectorGemm.K_BLOCK) {
                int depth = Math.min(VectorGemm.K_BLOCK, op.k - p);
                for (int row = 0; row < op.m; row += TILE.rows) {
                    op.packRows(p, depth, row, Math.min(TILE.rows, op.m - row), packed, packedRow(op, p, row));
                }
            }
        }
        return packed;
    }

    private static int packedSize(VectorGemm.Operands op) {
        return packedRow(op, Packing.panels(op.k, VectorGemm.K_BLOCK) * VectorGemm.K_BLOCK, 0);
    }

    /** Where in the packed a row {@code row} of the block of depth {@code p} begins. */
    private static int packedRow(VectorGemm.Operands op, int p, int row) {
        int rows = Packing.panels(op.m, TILE.rows) * TILE.rows;
        return Packing.START + (p / VectorGemm.K_BLOCK * rows + row) * MicroKernel.ROW_STEP;
    }
}
