package inkhorn.autograd.kernel;

/**
 * All arithmetic on arrays: the only place that loops over elements. Arrays are row-major float32 from index 0 unless an
 * offset is given; a size argument says how much of an array counts. Where a method has {@code add}, the result is added
 * to what the output holds; else it overwrites, and the output may be unclean.
 *
 * <p>Results do not depend on the number of threads: work is split by output, sums run in a fixed order.
 * {@link ScalarKernels} is the specification; every other implementation answers to it.
 */
public interface Kernels extends AutoCloseable {

    /** One line for the log: which kernels, how wide, how many threads. */
    String description();

    int threads();

    /** Ends the worker threads, if there are any. */
    @Override
    void close();

    // ---- element by element

    /** {@code out[i] = value}. */
    void fill(float[] out, float value, int n);

    /** {@code out[i] = factor * x[i]}, or added; {@code out} may be {@code x}. */
    void scale(float factor, float[] x, float[] out, boolean add, int n);

    /** {@code out[i] = f(x[i])}; {@code p} is the parameter of those that have one; {@code out} may be {@code x}. */
    void unary(Unary f, float p, float[] x, float[] out, int n);

    /**
     * {@code dx[i] = dy[i] * f'(x[i])}, or added; {@code dx} may be {@code dy}.
     *
     * @param y the forward result, read by those whose derivative is simplest in it (exp, tanh, sigmoid)
     */
    void unaryBackward(Unary f, float p, float[] x, float[] y, float[] dy, float[] dx, boolean add, int n);

    /** {@code out = f(a, b)} with both operands repeated to the output's shape; out is contiguous, and may be an operand that is not repeated. */
    void binary(Binary f, Broadcast plan, float[] a, float[] b, float[] out);

    /** Copies or adds a strided block to another: transpose, slice, concat, broadcasting, and what takes them back. */
    void copy(StridedCopy plan, float[] from, float[] to, boolean add);

    /** {@code out[i] = keep(i) ? x[i] / (1 - p) : 0}, or added; draw i is {@link CounterRandom} of key and i. */
    void dropout(float[] x, float p, long key, float[] out, boolean add, int n);

    // ---- along an axis: x is (outer, n, inner), the result (outer, inner)

    /** {@code out = factor * sum of x over the middle axis}, or added. */
    void sum(float[] x, int outer, int n, int inner, float factor, float[] out, boolean add);

    /** The largest along the middle axis and where it is (the first, if several); a NaN wins. */
    void max(float[] x, int outer, int n, int inner, float[] out, int[] where);

    /** {@code dx[where] = dy}, everything else 0, or added. */
    void maxBackward(float[] dy, int[] where, int outer, int n, int inner, float[] dx, boolean add);

    /** The sum of squares, in fixed chunks combined in double. */
    double sumOfSquares(float[] x, int n);

    // ---- over rows of n

    /** Softmax of each row; {@code out} may be {@code x}. */
    void softmax(float[] x, int rows, int n, float[] out);

    /** {@code dx = y * (dy - sum(dy * y))} for each row, or added. */
    void softmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add);

    /** The logarithm of softmax of each row; {@code out} may be {@code x}. */
    void logSoftmax(float[] x, int rows, int n, float[] out);

    /** {@code dx = dy - exp(y) * sum(dy)} for each row, or added. */
    void logSoftmaxBackward(float[] y, float[] dy, int rows, int n, float[] dx, boolean add);

    /**
     * The mean over rows of {@code -log softmax(logits)[target]}, and its gradient. Rows with a negative target do not
     * count; when none counts the loss is 0.
     *
     * @param gradient (rows, n), receives (softmax - one-hot) / counted rows; may be {@code logits}; null: not wanted
     */
    double crossEntropy(float[] logits, int[] targets, int rows, int n, float[] gradient);

    /** Layer normalisation of each row; {@code beta} may be null. Keeps mean and 1 / deviation of each row. */
    void layerNorm(float[] x, float[] gamma, float[] beta, int rows, int n, float eps,
                   float[] out, float[] mean, float[] rstd);

    /** The gradients of layer normalisation; each of the outputs may be null. */
    void layerNormBackward(float[] x, float[] gamma, float[] mean, float[] rstd, float[] dy, int rows, int n,
                           float[] dx, boolean addX, float[] dGamma, boolean addGamma, float[] dBeta, boolean addBeta);

    /** {@code sum = x + dropout(branch)} and {@code out = layerNorm(sum)} in one pass over each row. */
    void residualLayerNorm(float[] x, float[] branch, float p, long key, float[] gamma, float[] beta,
                           int rows, int n, float eps, float[] sum, float[] out, float[] mean, float[] rstd);

    /** {@code out[i] = table[ids[i]]}, rows of n. */
    void gatherRows(float[] table, int n, int[] ids, int count, float[] out);

    /** {@code dTable[ids[i]] += dy[i]} in the order of i; without {@code add} the table is cleared first. */
    void scatterAddRows(float[] dy, int[] ids, int count, int n, int tableRows, float[] dTable, boolean add);

    // ---- matrices

    /**
     * {@code c = op(a) · op(b)}, or added, then the epilogue. {@code op(a)} is (m, k), {@code op(b)} is (k, n), c is (m, n).
     *
     * @param transA a is stored as (k, m)
     * @param transB b is stored as (n, k)
     * @param epilogue what happens to each element before it is stored; see {@link Epilogue#NONE}
     */
    void gemm(boolean transA, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b, int bOffset,
              float[] c, int cOffset, boolean add, Epilogue epilogue);

    /**
     * Causal self-attention of all heads (Vaswani et al. 2017, 3.2; tiled after Dao et al. 2022).
     *
     * @param qkv (B, T, 3·H·D): queries, keys, values side by side, heads side by side in each
     * @param p dropout of the attention weights; the draw of weight (b, h, q, k) is number
     *     {@link AttentionShape#draw} of {@code key}
     * @param out (B, T, H·D)
     * @param logSumExp (B, H, T), kept for backward
     */
    void attention(AttentionShape shape, float[] qkv, float p, long key, float[] out, float[] logSumExp);

    /** The gradient of {@link #attention} with respect to {@code qkv}; weights are computed again, never stored. */
    void attentionBackward(AttentionShape shape, float[] qkv, float p, long key, float[] out, float[] logSumExp,
                           float[] dOut, float[] dQkv, boolean add);

    /**
     * Keeps the keys and values of {@code time} positions of each sequence.
     *
     * @param qkv (B, T, 3·H·D), as in {@link #attention}
     * @param first B: which position of its sequence the first of the T is
     * @param keys one array a sequence, as {@link CacheShape} says
     * @param values one array a sequence
     */
    void keepKeysAndValues(CacheShape shape, float[] qkv, int time, int[] first, float[][] keys, float[][] values);

    /**
     * {@link #attention} for one query of each sequence, over its kept keys and values: the same bits, if those are the same.
     *
     * @param qkv (B, 3·H·D), of which the queries are read
     * @param at B: the queries' positions; keys up to there, and at least one, are kept
     * @param out (B, H·D)
     */
    void cachedAttention(CacheShape shape, float[] qkv, int[] at, float[][] keys, float[][] values, float[] out);

    // ---- optimizer

    /** One AdamW update in one pass over memory (Loshchilov and Hutter 2019, algorithm 2). */
    void adamW(AdamWStep step, float[] weights, float[] gradient, float[] m, float[] v, int n);
}
