package inkhorn.autograd.kernel;

/**
 * The part of {@link Kernels} that works along the middle axis of x (outer, n, inner), with a result of (outer, inner),
 * and that which picks rows of a table.
 */
public interface AxisKernels {
    /** {@code out = factor * sum of x over the middle axis}, or added. */
    void sum(float[] x, int outer, int n, int inner, float factor, float[] out, boolean add);

    /** The largest along the middle axis and where it is (the first, if several); a NaN wins. */
    void max(float[] x, int outer, int n, int inner, float[] out, int[] where);

    /** {@code dx[where] = dy}, everything else 0, or added. */
    void maxBackward(float[] dy, int[] where, int outer, int n, int inner, float[] dx, boolean add);

    /** How many elements {@link #sumsOfSquares} adds together. */
    int SQUARES_BLOCK = 16384;

    /**
     * The sum of squares of each block of {@link #SQUARES_BLOCK} elements, the last of which may be shorter.
     *
     * @param from where the first block begins
     * @param n    elements of all blocks together
     * @param sums one a block, in their order
     */
    void sumsOfSquares(float[] x, int from, int n, double[] sums);

    /** The sum of squares: those of the blocks added in their order, so that it can be computed in parts. */
    default double sumOfSquares(float[] x, int n) {
        double[] sums = new double[squaresBlocks(n)];
        sumsOfSquares(x, 0, n, sums);
        double total = 0;
        for (double sum : sums) {
            total += sum;
        }
        return total;
    }

    /** How many blocks {@link #sumsOfSquares} makes of n elements. */
    static int squaresBlocks(int n) {
        return (n + SQUARES_BLOCK - 1) / SQUARES_BLOCK;
    }

    /** {@code out[i] = table[ids[i]]}, rows of n. */
    void gatherRows(float[] table, int n, int[] ids, int count, float[] out);

    /** {@code dTable[ids[i]] += dy[i]} in the order of i; without {@code add} the table is cleared first. */
    void scatterAddRows(float[] dy, int[] ids, int count, int n, int tableRows, float[] dTable, boolean add);
}
