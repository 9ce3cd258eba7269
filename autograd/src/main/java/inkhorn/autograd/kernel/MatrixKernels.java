package inkhorn.autograd.kernel;

/** The part of {@link Kernels} that multiplies matrices. */
public interface MatrixKernels {
    /**
     * {@code c = op(a) · op(b)}, or added, then the epilogue. {@code op(a)} is (m, k), {@code op(b)} is (k, n), c is
     * (m, n).
     *
     * @param transA a is stored as (k, m)
     * @param transB b is stored as (n, k)
     * @param epilogue what happens to each element before it is stored; see {@link Epilogue#NONE}
     */
    void gemm(boolean transA, boolean transB, int m, int n, int k, float[] a, int aOffset, float[] b, int bOffset,
              float[] c, int cOffset, boolean add, Epilogue epilogue);
}
