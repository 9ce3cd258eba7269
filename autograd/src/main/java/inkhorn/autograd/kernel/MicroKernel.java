package inkhorn.autograd.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The innermost block of a matrix product, in the shape that this machine's vector registers allow. */
final class MicroKernel {

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

    /** Lanes of a vector. */
    static final int W = S.length();

    /** Columns of a block: two vectors. */
    static final int COLUMNS = 2 * W;

    /** AVX2 has 16 vector registers, AVX-512 and NEON have 32. */
    private static final boolean WIDE = W != 8;

    /** Rows of a block. */
    static final int ROWS = WIDE ? MicroKernel12x2.ROWS : MicroKernel6x2.ROWS;

    /** Distance of the rows of an operand stored row by row: as deep as a block may be, and no multiple of what caches are divided by. */
    static final int ROW_STEP = 400;

    /**
     * Above every index of a packed operand. Said to the compiler, which otherwise allows for sums of indices that overflow and
     * computes each address anew.
     */
    static final int MAX_INDEX = 0x3FFFFFFF;

    private MicroKernel() {
    }

    /**
     * {@code c[r][j] (+)= sum over p of A(p, r) · b[bOffset + p·COLUMNS + j]} for {@link #ROWS} rows r and {@link #COLUMNS}
     * columns j, row r of c being at {@code cOffset + r·cStep}; here {@code A(p, r) = a[aOffset + p·ROWS + r]}, a stored
     * column by column. The sum runs over p from 0 to k-1, one fused multiply-add each, and is then stored or added.
     *
     * <p>Vectors of b that cross a cache line cost a tenth to a quarter of the speed: see {@link Packing#START}.
     */
    static void multiply(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStep, boolean add) {
        float[] to = add ? Scratch.ofThread().tile() : c;
        int at = add ? Packing.START : cOffset;
        int step = add ? COLUMNS : cStep;
        if (WIDE) {
            MicroKernel12x2.multiply(k, a, aOffset, b, bOffset, to, at, step);
        } else {
            MicroKernel6x2.multiply(k, a, aOffset, b, bOffset, to, at, step);
        }
        if (add) {
            addTile(to, c, cOffset, cStep);
        }
    }

    /**
     * The same with a stored row by row: {@code A(p, r) = a[aOffset + r·ROW_STEP + p]}.
     *
     * @param k at most {@link #ROW_STEP}
     */
    static void multiplyRows(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStep, boolean add) {
        float[] to = add ? Scratch.ofThread().tile() : c;
        int at = add ? Packing.START : cOffset;
        int step = add ? COLUMNS : cStep;
        if (WIDE) {
            MicroKernel12x2Rows.multiply(k, a, aOffset, b, bOffset, to, at, step);
        } else {
            MicroKernel6x2Rows.multiply(k, a, aOffset, b, bOffset, to, at, step);
        }
        if (add) {
            addTile(to, c, cOffset, cStep);
        }
    }

    /**
     * {@link #multiply}, only stored, with rows of {@link #ROW_STEP} in both: {@code A(p, r) = a[aOffset + p·ROW_STEP + r]},
     * {@code b[bOffset + p·ROW_STEP + j]}.
     */
    static void multiplyStrided(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStep) {
        if (WIDE) {
            MicroKernel12x2Strided.multiply(k, a, aOffset, b, bOffset, c, cOffset, cStep);
        } else {
            MicroKernel6x2Strided.multiply(k, a, aOffset, b, bOffset, c, cOffset, cStep);
        }
    }

    private static void addTile(float[] tile, float[] c, int cOffset, int cStep) {
        for (int r = 0; r < ROWS; r++) {
            int from = Packing.START + r * COLUMNS;
            int to = cOffset + r * cStep;
            FloatVector.fromArray(S, tile, from).add(FloatVector.fromArray(S, c, to)).intoArray(c, to);
            FloatVector.fromArray(S, tile, from + W).add(FloatVector.fromArray(S, c, to + W)).intoArray(c, to + W);
        }
    }
}
