package inkhorn.autograd.kernel;

import jdk.incubator.vector.FloatVector;

/** The innermost block of a matrix product, in the shape that this machine's vector registers allow. */
final class MicroKernel {

    /** Lanes of a vector. */
    static final int W = FloatVector.SPECIES_PREFERRED.length();

    /** Columns of a block: two vectors. */
    static final int COLUMNS = 2 * W;

    /** AVX2 has 16 vector registers, AVX-512 and NEON have 32. */
    private static final boolean WIDE = W != 8;

    /** Rows of a block. */
    static final int ROWS = WIDE ? MicroKernel12x2.ROWS : MicroKernel6x2.ROWS;

    /** Distance of the rows of an a stored row by row: as deep as a block may be, and no multiple of what caches are divided by. */
    static final int ROW_STEP = 400;

    private MicroKernel() {
    }

    /**
     * {@code c[r][j] (+)= sum over p of A(p, r) · b[bOffset + p·bStep + j]} for {@link #ROWS} rows r and {@link #COLUMNS}
     * columns j, row r of c being at {@code cOffset + r·cStep}; here {@code A(p, r) = a[aOffset + p·aStep + r]}, a stored
     * column by column. The sum runs over p from 0 to k-1, one fused multiply-add each, and is then stored or added.
     */
    static void multiply(int k, float[] a, int aOffset, int aStep, float[] b, int bOffset, int bStep,
                         float[] c, int cOffset, int cStep, boolean add) {
        if (WIDE) {
            MicroKernel12x2.multiply(k, a, aOffset, aStep, b, bOffset, bStep, c, cOffset, cStep, add);
        } else {
            MicroKernel6x2.multiply(k, a, aOffset, aStep, b, bOffset, bStep, c, cOffset, cStep, add);
        }
    }

    /**
     * The same with a stored row by row: {@code A(p, r) = a[aOffset + r·ROW_STEP + p]}.
     *
     * @param k at most {@link #ROW_STEP}
     */
    static void multiplyRows(int k, float[] a, int aOffset, float[] b, int bOffset, int bStep,
                             float[] c, int cOffset, int cStep, boolean add) {
        if (WIDE) {
            MicroKernel12x2Rows.multiply(k, a, aOffset, b, bOffset, bStep, c, cOffset, cStep, add);
        } else {
            MicroKernel6x2Rows.multiply(k, a, aOffset, b, bOffset, bStep, c, cOffset, cStep, add);
        }
    }
}
