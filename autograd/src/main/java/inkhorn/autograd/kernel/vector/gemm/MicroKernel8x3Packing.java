package inkhorn.autograd.kernel.vector.gemm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MicroKernel8x3Rows} for the first rows that meet a panel of b: reads it where it is, row by row, and leaves it
 * packed for the rows that follow. Loads of b from far away and stores cost little beside the multiply-adds.
 */
final class MicroKernel8x3Packing {
    private static final int COLUMNS = MicroKernel8x3Rows.COLUMNS;
    private static final int STEP = MicroKernel.ROW_STEP;
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int W = S.length();

    private MicroKernel8x3Packing() {}

    /** See {@link MicroKernel#multiplyPacking}. */
    static void multiply(int k, float[] a, int aOffset, float[] b, int bOffset, int bStep, float[] packed,
                         int packedAt, float[] c, int cOffset, int cStep) {
        FloatVector c0l = FloatVector.zero(S);
        FloatVector c0m = FloatVector.zero(S);
        FloatVector c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S);
        FloatVector c1m = FloatVector.zero(S);
        FloatVector c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S);
        FloatVector c2m = FloatVector.zero(S);
        FloatVector c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S);
        FloatVector c3m = FloatVector.zero(S);
        FloatVector c3r = FloatVector.zero(S);
        FloatVector c4l = FloatVector.zero(S);
        FloatVector c4m = FloatVector.zero(S);
        FloatVector c4r = FloatVector.zero(S);
        FloatVector c5l = FloatVector.zero(S);
        FloatVector c5m = FloatVector.zero(S);
        FloatVector c5r = FloatVector.zero(S);
        FloatVector c6l = FloatVector.zero(S);
        FloatVector c6m = FloatVector.zero(S);
        FloatVector c6r = FloatVector.zero(S);
        FloatVector c7l = FloatVector.zero(S);
        FloatVector c7m = FloatVector.zero(S);
        FloatVector c7r = FloatVector.zero(S);
        int i = aOffset;
        int j = bOffset;
        int first = packedAt & MicroKernel.MAX_INDEX;
        int end = Math.min(first + k * COLUMNS, MicroKernel.MAX_INDEX);
        for (int to = first; to < end; to += COLUMNS) {
            FloatVector left = FloatVector.fromArray(S, b, j);
            FloatVector middle = FloatVector.fromArray(S, b, j + W);
            FloatVector right = FloatVector.fromArray(S, b, j + 2 * W);
            left.intoArray(packed, to);
            middle.intoArray(packed, to + W);
            right.intoArray(packed, to + 2 * W);
            FloatVector a0 = FloatVector.broadcast(S, a[i]);
            c0l = a0.fma(left, c0l);
            c0m = a0.fma(middle, c0m);
            c0r = a0.fma(right, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[i + STEP]);
            c1l = a1.fma(left, c1l);
            c1m = a1.fma(middle, c1m);
            c1r = a1.fma(right, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[i + 2 * STEP]);
            c2l = a2.fma(left, c2l);
            c2m = a2.fma(middle, c2m);
            c2r = a2.fma(right, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[i + 3 * STEP]);
            c3l = a3.fma(left, c3l);
            c3m = a3.fma(middle, c3m);
            c3r = a3.fma(right, c3r);
            FloatVector a4 = FloatVector.broadcast(S, a[i + 4 * STEP]);
            c4l = a4.fma(left, c4l);
            c4m = a4.fma(middle, c4m);
            c4r = a4.fma(right, c4r);
            FloatVector a5 = FloatVector.broadcast(S, a[i + 5 * STEP]);
            c5l = a5.fma(left, c5l);
            c5m = a5.fma(middle, c5m);
            c5r = a5.fma(right, c5r);
            FloatVector a6 = FloatVector.broadcast(S, a[i + 6 * STEP]);
            c6l = a6.fma(left, c6l);
            c6m = a6.fma(middle, c6m);
            c6r = a6.fma(right, c6r);
            FloatVector a7 = FloatVector.broadcast(S, a[i + 7 * STEP]);
            c7l = a7.fma(left, c7l);
            c7m = a7.fma(middle, c7m);
            c7r = a7.fma(right, c7r);
            i++;
            j += bStep;
        }
        int at = cOffset;
        c0l.intoArray(c, at);
        c0m.intoArray(c, at + W);
        c0r.intoArray(c, at + 2 * W);
        at += cStep;
        c1l.intoArray(c, at);
        c1m.intoArray(c, at + W);
        c1r.intoArray(c, at + 2 * W);
        at += cStep;
        c2l.intoArray(c, at);
        c2m.intoArray(c, at + W);
        c2r.intoArray(c, at + 2 * W);
        at += cStep;
        c3l.intoArray(c, at);
        c3m.intoArray(c, at + W);
        c3r.intoArray(c, at + 2 * W);
        at += cStep;
        c4l.intoArray(c, at);
        c4m.intoArray(c, at + W);
        c4r.intoArray(c, at + 2 * W);
        at += cStep;
        c5l.intoArray(c, at);
        c5m.intoArray(c, at + W);
        c5r.intoArray(c, at + 2 * W);
        at += cStep;
        c6l.intoArray(c, at);
        c6m.intoArray(c, at + W);
        c6r.intoArray(c, at + 2 * W);
        at += cStep;
        c7l.intoArray(c, at);
        c7m.intoArray(c, at + W);
        c7r.intoArray(c, at + 2 * W);
    }
}
