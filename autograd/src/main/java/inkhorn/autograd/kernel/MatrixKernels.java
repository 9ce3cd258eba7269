package inkhorn.autograd.kernel;

/** The part of {@link Kernels} that multiplies matrices. */
public interface MatrixKernels {
    /**
     * Where sums over k may be cut: with b not transposed, products over parts of k, each as long as a multiple of this
     * but for the last, that are added one after the other in ascending order give the bits of the whole product.
     */
    int DEPTH = 384;

    /**
     * With b transposed and at most so many rows, an element may have other bits than among more rows. Otherwise its
     * bits do not depend on which rows of op(a) and columns of op(b) stand beside its own.
     */
    int FEW_ROWS = 64;

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
