package inkhorn.autograd.kernel.vector.gemm;

import inkhorn.autograd.kernel.vector.loops.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The innermost block of a matrix product, in the shape that this machine's vector registers allow. */
public final class MicroKernel {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

    /** Lanes of a vector. */
    public static final int W = S.length();

    /** Columns of {@link Tile#TALL}: two vectors. */
    public static final int COLUMNS = 2 * W;

    /** Whether there are 32 vector registers, and not 16. */
    public static final boolean MANY_REGISTERS = hasManyRegisters(System.getProperty("os.arch"), W);

    /** Rows of {@link Tile#TALL}. */
    public static final int ROWS = MANY_REGISTERS ? MicroKernel12x2.ROWS : MicroKernel6x2.ROWS;

    /**
     * Distance of the rows of an operand stored row by row: as deep as a block may be, and no multiple of what caches
     * are divided by.
     */
    public static final int ROW_STEP = 400;

    /**
     * Above every index of a packed operand. Said to the compiler, which otherwise allows for sums of indices that
     * overflow and computes each address anew.
     */
    public static final int MAX_INDEX = 0x3FFFFFFF;

    private MicroKernel() {}

    /**
     * Every processor with the Vector API has 32 registers (NEON and SVE, RISC-V, Power), except x86: 16 before
     * AVX-512. Where the JVM finds AVX-512 it prefers 16 lanes. Fewer lanes with 32 registers come of its flags alone
     * (MaxVectorSize); the 12 accumulators of the smaller kernels are enough for two units with a latency of four
     * cycles there, whereas 24 in 16 registers would be spilled.
     */
    public static boolean hasManyRegisters(String arch, int lanes) {
        boolean x86 = arch.equals("amd64") || arch.startsWith("x86") || arch.equals("i386");
        return !x86 || lanes >= 16;
    }

    /**
     * {@code c[r][j] (+)= sum over p of A(p, r) · b[bOffset + p·COLUMNS + j]} for the rows r and columns j of
     * {@link Tile#TALL}, row r of c being at {@code cOffset + r·cStep}; here {@code A(p, r) = a[aOffset + p·ROWS + r]},
     * a stored column by column. The sum runs over p from 0 to k-1, one fused multiply-add each, and is then stored or
     * added.
     *
     * <p>Vectors of b that cross a cache line cost a tenth to a quarter of the speed: see {@link Packing#START}.
     */
    public static void multiply(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset,
                                int cStep, boolean add) {
        float[] to = add ? Scratch.ofThread().tile() : c;
        int at = add ? Packing.START : cOffset;
        int step = add ? COLUMNS : cStep;
        if (MANY_REGISTERS) {
            MicroKernel12x2.multiply(k, a, aOffset, b, bOffset, to, at, step);
        } else {
            MicroKernel6x2.multiply(k, a, aOffset, b, bOffset, to, at, step);
        }
        if (add) {
            addTile(Tile.TALL, to, c, cOffset, cStep);
        }
    }

    /**
     * The same for either tile with a stored row by row: {@code A(p, r) = a[aOffset + r·ROW_STEP + p]}; rows of b are
     * as long as the tile is wide.
     *
     * @param k at most {@link #ROW_STEP}
     */
    public static void multiplyRows(Tile tile, int k, float[] a, int aOffset, float[] b, int bOffset, float[] c,
                                    int cOffset, int cStep, boolean add) {
        float[] to = add ? Scratch.ofThread().tile() : c;
        int at = add ? Packing.START : cOffset;
        int step = add ? tile.columns : cStep;
        if (tile == Tile.WIDE) {
            MicroKernel8x3Rows.multiply(k, a, aOffset, b, bOffset, to, at, step);
        } else if (MANY_REGISTERS) {
            MicroKernel12x2Rows.multiply(k, a, aOffset, b, bOffset, to, at, step);
        } else {
            MicroKernel6x2Rows.multiply(k, a, aOffset, b, bOffset, to, at, step);
        }
        if (add) {
            addTile(tile, to, c, cOffset, cStep);
        }
    }

    /**
     * {@link #multiplyRows} of {@link Tile#WIDE} with a panel of b that is not packed yet, its rows {@code bStep}
     * apart; it is packed from {@code packedAt} on.
     */
    static void multiplyPacking(int k, float[] a, int aOffset, float[] b, int bOffset, int bStep, float[] packed,
                                int packedAt, float[] c, int cOffset, int cStep, boolean add) {
        float[] to = add ? Scratch.ofThread().tile() : c;
        MicroKernel8x3Packing.multiply(k, a, aOffset, b, bOffset, bStep, packed, packedAt, to,
                add ? Packing.START : cOffset, add ? Tile.WIDE.columns : cStep);
        if (add) {
            addTile(Tile.WIDE, to, c, cOffset, cStep);
        }
    }

    /**
     * {@link #multiply} of {@link Tile#TALL}, only stored, with rows of {@link #ROW_STEP} in both:
     * {@code A(p, r) = a[aOffset + p·ROW_STEP + r]}, {@code b[bOffset + p·ROW_STEP + j]}.
     */
    public static void multiplyStrided(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset,
                                       int cStep) {
        if (MANY_REGISTERS) {
            MicroKernel12x2Strided.multiply(k, a, aOffset, b, bOffset, c, cOffset, cStep);
        } else {
            MicroKernel6x2Strided.multiply(k, a, aOffset, b, bOffset, c, cOffset, cStep);
        }
    }

    private static void addTile(Tile tile, float[] from, float[] c, int cOffset, int cStep) {
        for (int r = 0; r < tile.rows; r++) {
            for (int j = 0; j < tile.columns; j += W) {
                addVector(from, Packing.START + r * tile.columns + j, c, cOffset + r * cStep + j);
            }
        }
    }

    private static void addVector(float[] from, int at, float[] to, int toAt) {
        FloatVector.fromArray(S, from, at).add(FloatVector.fromArray(S, to, toAt)).intoArray(to, toAt);
    }
}
