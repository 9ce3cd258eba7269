package inkhorn.optim;

import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.Epilogue;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.Kernels;

/**
 * The Newton-Schulz iteration of Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"):
 * a matrix X with the singular values σ of its argument divided by its Frobenius norm, then five times
 * {@code X ← (a·I + b·A + c·A²)·X} with {@code A = X·Xᵀ}. It leaves the singular vectors as they are and brings every
 * σ that is not tiny to between 0.68 and 1.14, so that the result is nearly the closest matrix with orthonormal rows
 * or columns.
 *
 * <p>A tall matrix is iterated from the other side, with {@code A = Xᵀ·X}: A is as large as the smaller dimension.
 * Where the other dimension is much larger, the iteration runs on A alone: all its matrices are polynomials of the
 * first A, so that {@code A ← Q·A·Q} and {@code P ← Q·P} with {@code Q = a·I + b·A + c·A²}, and X is multiplied by P
 * at the end.
 */
final class NewtonSchulz {
    static final double A = 3.4445;
    static final double B = -4.7750;
    static final double C = 2.0315;
    static final int ITERATIONS = 5;
    private static final double EPS = 1e-7;

    /** Of the larger dimension to the smaller, from which on A alone takes fewer operations. */
    private static final double WIDE = 1.5;

    private final Kernels kernels = KernelProvider.kernels();
    private final int rows;
    private final int columns;
    private final boolean tall;
    /** The smaller dimension. */
    private final int n;

    private NewtonSchulz(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.tall = rows > columns;
        this.n = Math.min(rows, columns);
    }

    /**
     * Orthogonalizes a matrix.
     *
     * @param x (rows, columns) from index 0; overwritten
     * @return the result in the same layout, in an array of the innermost scope
     */
    static float[] orthogonalize(float[] x, int rows, int columns) {
        NewtonSchulz iteration = new NewtonSchulz(rows, columns);
        iteration.normalize(x);
        return Math.max(rows, columns) >= WIDE * iteration.n ? iteration.onGramMatrix(x) : iteration.directly(x);
    }

    private void normalize(float[] x) {
        float factor = (float) (1 / (Math.sqrt(kernels.sumOfSquares(x, rows * columns)) + EPS));
        kernels.forEachRange(rows * columns, (from, to) -> {
            for (int i = from; i < to; i++) {
                x[i] *= factor;
            }
        });
    }

    private float[] directly(float[] x) {
        float[] gram = square();
        float[] q = square();
        float[] now = x;
        float[] next = Scope.allocate(rows * columns);
        for (int i = 0; i < ITERATIONS; i++) {
            gram(now, gram);
            polynomial(gram, q);
            apply(q, now, next);
            float[] free = now;
            now = next;
            next = free;
        }
        return now;
    }

    private float[] onGramMatrix(float[] x) {
        float[] gram = square();
        float[] q = square();
        float[] product = square();
        float[] free = square();
        gram(x, gram);
        polynomial(gram, product);
        multiply(product, gram, free);
        multiply(free, product, gram);
        for (int i = 1; i < ITERATIONS; i++) {
            polynomial(gram, q);
            multiply(q, product, free);
            float[] before = product;
            product = free;
            free = before;
            if (i + 1 < ITERATIONS) {
                multiply(q, gram, free);
                multiply(free, q, gram);
            }
        }
        float[] result = Scope.allocate(rows * columns);
        apply(product, x, result);
        return result;
    }

    private float[] square() {
        return Scope.allocate(n * n);
    }

    /** {@code X·Xᵀ} or {@code Xᵀ·X}. */
    private void gram(float[] x, float[] to) {
        int length = Math.max(rows, columns);
        kernels.gemm(tall, !tall, n, n, length, x, 0, x, 0, to, 0, false, Epilogue.NONE);
    }

    /** {@code a·I + b·A + c·A²}. */
    private void polynomial(float[] gram, float[] to) {
        multiply(gram, gram, to);
        float a = (float) A;
        float b = (float) B;
        float c = (float) C;
        kernels.forEachRange(n * n, (from, until) -> {
            for (int i = from; i < until; i++) {
                to[i] = b * gram[i] + c * to[i];
            }
            for (int row = (from + n) / (n + 1); row < n && row * (n + 1) < until; row++) {
                to[row * (n + 1)] += a;
            }
        });
    }

    private void multiply(float[] left, float[] right, float[] to) {
        kernels.gemm(false, false, n, n, n, left, 0, right, 0, to, 0, false, Epilogue.NONE);
    }

    /** A symmetric matrix times X, or X times it. */
    private void apply(float[] symmetric, float[] x, float[] to) {
        kernels.gemm(false, false, rows, columns, n, tall ? x : symmetric, 0, tall ? symmetric : x, 0, to, 0, false,
                Epilogue.NONE);
    }
}
