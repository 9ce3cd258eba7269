package inkhorn.autograd.kernel.vector.gemm;

/**
 * The part of a product that {@link MicroKernel} computes at a time, in registers. No result depends on which one it
 * is.
 */
public enum Tile {
    /** Two vectors wide and as high as the registers allow: for every product. */
    TALL(MicroKernel.ROWS, MicroKernel.COLUMNS),

    /**
     * Three vectors wide and some four percent quicker: for an a stored row by row, on machines with 32 vector
     * registers.
     */
    WIDE(MicroKernel8x3Rows.ROWS, MicroKernel8x3Rows.COLUMNS);

    /**
     * Multiply-adds of a product that is worth one more micro-kernel for the compiler: a small model would only start
     * later.
     */
    private static final long LARGE = 1 << 26;

    public final int rows;
    public final int columns;

    Tile(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
    }

    /** Floats of a tile. */
    public int size() {
        return rows * columns;
    }

    /**
     * The one for a product whose columns are divided among {@code parts} threads: of two that suit, that with less
     * beyond the edges.
     */
    public static Tile of(VectorGemm.Operands op, int parts) {
        boolean suits = quickest() == WIDE && op.isStoredByRows() && (long) op.m * op.n * op.k >= LARGE;
        return suits && WIDE.computed(op, parts) <= TALL.computed(op, parts) ? WIDE : TALL;
    }

    /** The quickest of this machine. */
    public static Tile quickest() {
        return MicroKernel.MANY_REGISTERS ? WIDE : TALL;
    }

    private long computed(VectorGemm.Operands op, int parts) {
        return (long) Packing.panels(op.m, rows) * rows * Packing.panels(op.n, columns * parts) * columns * parts;
    }

    @Override
    public String toString() {
        return rows + "×" + columns;
    }
}
