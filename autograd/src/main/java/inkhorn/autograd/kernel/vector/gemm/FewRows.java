package inkhorn.autograd.kernel.vector.gemm;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Multiples of the rows of a matrix, added up: the inner loop of a product of one or a few rows. Rows of b are read
 * along memory, several at a time, and not packed: each is used too seldom to pay for it. Every sum runs over the rows
 * in ascending order, one fused multiply-add each, as in {@link MicroKernel}.
 */
public final class FewRows {
    /** Rows of b read side by side. */
    private static final int DEEP = 8;

    /** Rows of a whose sums share one reading of b from the registers. */
    private static final int HIGH = 4;

    private FewRows() {}

    /**
     * {@code sums[r·sumStep + j] = sum over p below k of a[aAt + r·aStep + p] · b[bAt + p·bStep + j]} for {@code m}
     * rows r and {@code n} columns j.
     */
    public static void multiply(int m, int n, int k, float[] a, int aAt, int aStep, float[] b, int bAt, int bStep,
                         float[] sums, int sumStep) {
        for (int r = 0; r < m; r++) {
            Arrays.fill(sums, r * sumStep, r * sumStep + n, 0);
        }
        int p = 0;
        for (; p + DEEP <= k; p += DEEP) {
            int rows = bAt + p * bStep;
            int r = 0;
            for (; r + HIGH <= m; r += HIGH) {
                int at = aAt + r * aStep + p;
                addFourToFour(n, a, at, aStep, b, rows, bStep, sums, r * sumStep, sumStep);
                addFourToFour(n, a, at + 4, aStep, b, rows + 4 * bStep, bStep, sums, r * sumStep, sumStep);
            }
            for (; r < m; r++) {
                addEight(n, a, aAt + r * aStep + p, b, rows, bStep, sums, r * sumStep);
            }
        }
        for (; p < k; p++) {
            for (int r = 0; r < m; r++) {
                addOne(n, a[aAt + r * aStep + p], b, bAt + p * bStep, sums, r * sumStep);
            }
        }
    }

    private static void addOne(int n, float factor, float[] b, int bAt, float[] sums, int at) {
        FloatVector f = FloatVector.broadcast(S, factor);
        int j = 0;
        for (; j + W <= n; j += W) {
            f.fma(FloatVector.fromArray(S, b, bAt + j), FloatVector.fromArray(S, sums, at + j)).intoArray(sums, at + j);
        }
        for (; j < n; j++) {
            sums[at + j] = Math.fma(factor, b[bAt + j], sums[at + j]);
        }
    }

    private static void addEight(int n, float[] a, int aAt, float[] b, int bAt, int step, float[] sums, int at) {
        FloatVector a0 = FloatVector.broadcast(S, a[aAt]);
        FloatVector a1 = FloatVector.broadcast(S, a[aAt + 1]);
        FloatVector a2 = FloatVector.broadcast(S, a[aAt + 2]);
        FloatVector a3 = FloatVector.broadcast(S, a[aAt + 3]);
        FloatVector a4 = FloatVector.broadcast(S, a[aAt + 4]);
        FloatVector a5 = FloatVector.broadcast(S, a[aAt + 5]);
        FloatVector a6 = FloatVector.broadcast(S, a[aAt + 6]);
        FloatVector a7 = FloatVector.broadcast(S, a[aAt + 7]);
        int b1 = bAt + step;
        int b2 = b1 + step;
        int b3 = b2 + step;
        int b4 = b3 + step;
        int b5 = b4 + step;
        int b6 = b5 + step;
        int b7 = b6 + step;
        int j = 0;
        for (; j + W <= n; j += W) {
            FloatVector sum = a0.fma(FloatVector.fromArray(S, b, bAt + j), FloatVector.fromArray(S, sums, at + j));
            sum = a1.fma(FloatVector.fromArray(S, b, b1 + j), sum);
            sum = a2.fma(FloatVector.fromArray(S, b, b2 + j), sum);
            sum = a3.fma(FloatVector.fromArray(S, b, b3 + j), sum);
            sum = a4.fma(FloatVector.fromArray(S, b, b4 + j), sum);
            sum = a5.fma(FloatVector.fromArray(S, b, b5 + j), sum);
            sum = a6.fma(FloatVector.fromArray(S, b, b6 + j), sum);
            a7.fma(FloatVector.fromArray(S, b, b7 + j), sum).intoArray(sums, at + j);
        }
        for (int p = 0; j < n && p < DEEP; p++) {
            addTail(j, n, a[aAt + p], b, bAt + p * step, sums, at);
        }
    }

    private static void addTail(int from, int n, float factor, float[] b, int bAt, float[] sums, int at) {
        for (int j = from; j < n; j++) {
            sums[at + j] = Math.fma(factor, b[bAt + j], sums[at + j]);
        }
    }

    /** Four rows of b to the sums of four rows of a: 16 factors and 4 vectors of b in registers. */
    private static void addFourToFour(int n, float[] a, int aAt, int aStep, float[] b, int bAt, int step,
                                      float[] sums, int at, int sumStep) {
        int r1 = aAt + aStep;
        int r2 = r1 + aStep;
        int r3 = r2 + aStep;
        FloatVector a00 = FloatVector.broadcast(S, a[aAt]);
        FloatVector a01 = FloatVector.broadcast(S, a[aAt + 1]);
        FloatVector a02 = FloatVector.broadcast(S, a[aAt + 2]);
        FloatVector a03 = FloatVector.broadcast(S, a[aAt + 3]);
        FloatVector a10 = FloatVector.broadcast(S, a[r1]);
        FloatVector a11 = FloatVector.broadcast(S, a[r1 + 1]);
        FloatVector a12 = FloatVector.broadcast(S, a[r1 + 2]);
        FloatVector a13 = FloatVector.broadcast(S, a[r1 + 3]);
        FloatVector a20 = FloatVector.broadcast(S, a[r2]);
        FloatVector a21 = FloatVector.broadcast(S, a[r2 + 1]);
        FloatVector a22 = FloatVector.broadcast(S, a[r2 + 2]);
        FloatVector a23 = FloatVector.broadcast(S, a[r2 + 3]);
        FloatVector a30 = FloatVector.broadcast(S, a[r3]);
        FloatVector a31 = FloatVector.broadcast(S, a[r3 + 1]);
        FloatVector a32 = FloatVector.broadcast(S, a[r3 + 2]);
        FloatVector a33 = FloatVector.broadcast(S, a[r3 + 3]);
        int b1 = bAt + step;
        int b2 = b1 + step;
        int b3 = b2 + step;
        int s1 = at + sumStep;
        int s2 = s1 + sumStep;
        int s3 = s2 + sumStep;
        int j = 0;
        for (; j + W <= n; j += W) {
            FloatVector v0 = FloatVector.fromArray(S, b, bAt + j);
            FloatVector v1 = FloatVector.fromArray(S, b, b1 + j);
            FloatVector v2 = FloatVector.fromArray(S, b, b2 + j);
            FloatVector v3 = FloatVector.fromArray(S, b, b3 + j);
            a03.fma(v3, a02.fma(v2, a01.fma(v1, a00.fma(v0, FloatVector.fromArray(S, sums, at + j)))))
                    .intoArray(sums, at + j);
            a13.fma(v3, a12.fma(v2, a11.fma(v1, a10.fma(v0, FloatVector.fromArray(S, sums, s1 + j)))))
                    .intoArray(sums, s1 + j);
            a23.fma(v3, a22.fma(v2, a21.fma(v1, a20.fma(v0, FloatVector.fromArray(S, sums, s2 + j)))))
                    .intoArray(sums, s2 + j);
            a33.fma(v3, a32.fma(v2, a31.fma(v1, a30.fma(v0, FloatVector.fromArray(S, sums, s3 + j)))))
                    .intoArray(sums, s3 + j);
        }
        for (int r = 0; j < n && r < HIGH; r++) {
            for (int p = 0; p < 4; p++) {
                addTail(j, n, a[aAt + r * aStep + p], b, bAt + p * step, sums, at + r * sumStep);
            }
        }
    }
}
