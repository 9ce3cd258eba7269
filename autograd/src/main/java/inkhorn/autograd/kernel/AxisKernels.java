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

    /** The sum of squares, in fixed chunks combined in double. */
    double sumOfSquares(float[] x, int n);

    /** {@code out[i] = table[ids[i]]}, rows of n. */
    void gatherRows(float[] table, int n, int[] ids, int count, float[] out);

    /** {@code dTable[ids[i]] += dy[i]} in the order of i; without {@code add} the table is cleared first. */
    void scatterAddRows(float[] dy, int[] ids, int count, int n, int tableRows, float[] dTable, boolean add);
}
