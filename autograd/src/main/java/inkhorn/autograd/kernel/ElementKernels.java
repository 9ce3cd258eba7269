package inkhorn.autograd.kernel;

/** The part of {@link Kernels} that goes element by element. */
public interface ElementKernels {
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

    /**
     * {@code out = f(a, b)} with both operands repeated to the output's shape; out is contiguous, and may be an operand
     * that is not repeated.
     */
    void binary(Binary f, Broadcast plan, float[] a, float[] b, float[] out);

    /** Copies a strided block to another or adds it: transpose, slice, concat, broadcasting, and their gradients. */
    void copy(StridedCopy plan, float[] from, float[] to, boolean add);

    /** {@code out[i] = keep(i) ? x[i] / (1 - p) : 0}, or added; draw i is {@link CounterRandom} of key and i. */
    void dropout(float[] x, float p, long key, float[] out, boolean add, int n);
}
