package inkhorn.autograd.kernel.vector.gemm;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import inkhorn.autograd.kernel.vector.loops.Scratch;
import jdk.incubator.vector.FloatVector;

/**
 * Inner products of a few rows with many, both along memory: the head of a model for a few positions, its weights being
 * stored row by row. Lane i sums the products i, i+W, i+2W …, and the lanes are added in a fixed order: the same bits
 * for any number of rows, but others than {@link VectorGemm}'s.
 */
final class RowDots {
    /** Rows of b, columns of c, that are read side by side. */
    static final int COLUMNS = 4;

    private static final int SLOT_LANES = 1;

    private RowDots() {}

    /**
     * {@code c[cAt + r·cStep + j] (+)= a[aAt + r·k …] · b[bAt + j·k …]} for {@code m} rows r and {@code n} columns j.
     */
    static void multiply(int m, int n, int k, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int cStep,
                         boolean add) {
        float[] lanes = Scratch.ofThread().array(SLOT_LANES, 16 * W);
        for (int j = 0; j < n; j += COLUMNS) {
            int count = Math.min(COLUMNS, n - j);
            int b0 = bAt + j * k;
            // Past the end the last row again, whose product is not stored.
            int b1 = b0 + Math.min(1, count - 1) * k;
            int b2 = b0 + Math.min(2, count - 1) * k;
            int b3 = b0 + Math.min(3, count - 1) * k;
            int r = 0;
            for (; r + 4 <= m; r += 4) {
                fourByFour(k, a, aAt + r * k, b, b0, b1, b2, b3, lanes);
                for (int i = 0; i < 4; i++) {
                    store(count, k, a, aAt + (r + i) * k, b, b0, lanes, 4 * i * W, c, cAt + (r + i) * cStep + j, add);
                }
            }
            for (; r < m; r++) {
                oneByFour(k, a, aAt + r * k, b, b0, b1, b2, b3, lanes);
                store(count, k, a, aAt + r * k, b, b0, lanes, 0, c, cAt + r * cStep + j, add);
            }
        }
    }

    /** The lanes of {@code count} products added up, with what is left of k. */
    private static void store(int count, int k, float[] a, int aAt, float[] b, int bAt, float[] lanes, int at,
                              float[] c, int to, boolean add) {
        for (int i = 0; i < count; i++) {
            float sum = laneSum(lanes, at + i * W);
            for (int p = k - k % W; p < k; p++) {
                sum = Math.fma(a[aAt + p], b[bAt + i * k + p], sum);
            }
            c[to + i] = add ? sum + c[to + i] : sum;
        }
    }

    /** Four chains, which the processor works on side by side; W is a multiple of 4. */
    private static float laneSum(float[] lanes, int at) {
        float s0 = lanes[at];
        float s1 = lanes[at + 1];
        float s2 = lanes[at + 2];
        float s3 = lanes[at + 3];
        for (int i = 4; i < W; i += 4) {
            s0 += lanes[at + i];
            s1 += lanes[at + i + 1];
            s2 += lanes[at + i + 2];
            s3 += lanes[at + i + 3];
        }
        return (s0 + s1) + (s2 + s3);
    }

    private static void oneByFour(int k, float[] a, int aAt, float[] b, int b0, int b1, int b2, int b3, float[] lanes) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = FloatVector.zero(S);
        FloatVector s2 = FloatVector.zero(S);
        FloatVector s3 = FloatVector.zero(S);
        for (int p = 0; p + W <= k; p += W) {
            FloatVector v = FloatVector.fromArray(S, a, aAt + p);
            s0 = v.fma(FloatVector.fromArray(S, b, b0 + p), s0);
            s1 = v.fma(FloatVector.fromArray(S, b, b1 + p), s1);
            s2 = v.fma(FloatVector.fromArray(S, b, b2 + p), s2);
            s3 = v.fma(FloatVector.fromArray(S, b, b3 + p), s3);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, W);
        s2.intoArray(lanes, 2 * W);
        s3.intoArray(lanes, 3 * W);
    }

    private static void fourByFour(int k, float[] a, int aAt, float[] b, int b0, int b1, int b2, int b3,
                                   float[] lanes) {
        int a1 = aAt + k;
        int a2 = a1 + k;
        int a3 = a2 + k;
        FloatVector s00 = FloatVector.zero(S);
        FloatVector s01 = FloatVector.zero(S);
        FloatVector s02 = FloatVector.zero(S);
        FloatVector s03 = FloatVector.zero(S);
        FloatVector s10 = FloatVector.zero(S);
        FloatVector s11 = FloatVector.zero(S);
        FloatVector s12 = FloatVector.zero(S);
        FloatVector s13 = FloatVector.zero(S);
        FloatVector s20 = FloatVector.zero(S);
        FloatVector s21 = FloatVector.zero(S);
        FloatVector s22 = FloatVector.zero(S);
        FloatVector s23 = FloatVector.zero(S);
        FloatVector s30 = FloatVector.zero(S);
        FloatVector s31 = FloatVector.zero(S);
        FloatVector s32 = FloatVector.zero(S);
        FloatVector s33 = FloatVector.zero(S);
        for (int p = 0; p + W <= k; p += W) {
            FloatVector v0 = FloatVector.fromArray(S, b, b0 + p);
            FloatVector v1 = FloatVector.fromArray(S, b, b1 + p);
            FloatVector v2 = FloatVector.fromArray(S, b, b2 + p);
            FloatVector v3 = FloatVector.fromArray(S, b, b3 + p);
            FloatVector x = FloatVector.fromArray(S, a, aAt + p);
            s00 = x.fma(v0, s00);
            s01 = x.fma(v1, s01);
            s02 = x.fma(v2, s02);
            s03 = x.fma(v3, s03);
            x = FloatVector.fromArray(S, a, a1 + p);
            s10 = x.fma(v0, s10);
            s11 = x.fma(v1, s11);
            s12 = x.fma(v2, s12);
            s13 = x.fma(v3, s13);
            x = FloatVector.fromArray(S, a, a2 + p);
            s20 = x.fma(v0, s20);
            s21 = x.fma(v1, s21);
            s22 = x.fma(v2, s22);
            s23 = x.fma(v3, s23);
            x = FloatVector.fromArray(S, a, a3 + p);
            s30 = x.fma(v0, s30);
            s31 = x.fma(v1, s31);
            s32 = x.fma(v2, s32);
            s33 = x.fma(v3, s33);
        }
        s00.intoArray(lanes, 0);
        s01.intoArray(lanes, W);
        s02.intoArray(lanes, 2 * W);
        s03.intoArray(lanes, 3 * W);
        s10.intoArray(lanes, 4 * W);
        s11.intoArray(lanes, 5 * W);
        s12.intoArray(lanes, 6 * W);
        s13.intoArray(lanes, 7 * W);
        s20.intoArray(lanes, 8 * W);
        s21.intoArray(lanes, 9 * W);
        s22.intoArray(lanes, 10 * W);
        s23.intoArray(lanes, 11 * W);
        s30.intoArray(lanes, 12 * W);
        s31.intoArray(lanes, 13 * W);
        s32.intoArray(lanes, 14 * W);
        s33.intoArray(lanes, 15 * W);
    }
}
