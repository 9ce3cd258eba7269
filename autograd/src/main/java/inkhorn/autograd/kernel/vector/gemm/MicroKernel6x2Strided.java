package inkhorn.autograd.kernel.vector.gemm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link MicroKernel6x2} for operands that both have rows of {@link MicroKernel#ROW_STEP}. */
final class MicroKernel6x2Strided {
    private static final int STEP = MicroKernel.ROW_STEP;
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int W = S.length();

    private MicroKernel6x2Strided() {}

    /** See {@link MicroKernel#multiplyStrided}. */
    static void multiply(int k, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int cStep) {
        FloatVector c0l = FloatVector.zero(S);
        FloatVector c0r = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S);
        FloatVector c1r = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S);
        FloatVector c2r = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S);
        FloatVector c3r = FloatVector.zero(S);
        FloatVector c4l = FloatVector.zero(S);
        FloatVector c4r = FloatVector.zero(S);
        FloatVector c5l = FloatVector.zero(S);
        FloatVector c5r = FloatVector.zero(S);
        int i = aOffset;
        int first = bOffset & MicroKernel.MAX_INDEX;
        int end = Math.min(first + k * STEP, MicroKernel.MAX_INDEX);
        for (int j = first; j < end; j += STEP) {
            FloatVector left = FloatVector.fromArray(S, b, j);
            FloatVector right = FloatVector.fromArray(S, b, j + W);
            FloatVector a0 = FloatVector.broadcast(S, a[i]);
            c0l = a0.fma(left, c0l);
            c0r = a0.fma(right, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[i + 1]);
            c1l = a1.fma(left, c1l);
            c1r = a1.fma(right, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[i + 2]);
            c2l = a2.fma(left, c2l);
            c2r = a2.fma(right, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[i + 3]);
            c3l = a3.fma(left, c3l);
            c3r = a3.fma(right, c3r);
            FloatVector a4 = FloatVector.broadcast(S, a[i + 4]);
            c4l = a4.fma(left, c4l);
            c4r = a4.fma(right, c4r);
            FloatVector a5 = FloatVector.broadcast(S, a[i + 5]);
            c5l = a5.fma(left, c5l);
            c5r = a5.fma(right, c5r);
            i += STEP;
        }
        int at = cOffset;
        c0l.intoArray(c, at);
        c0r.intoArray(c, at + W);
        at += cStep;
        c1l.intoArray(c, at);
        c1r.intoArray(c, at + W);
        at += cStep;
        c2l.intoArray(c, at);
        c2r.intoArray(c, at + W);
        at += cStep;
        c3l.intoArray(c, at);
        c3r.intoArray(c, at + W);
        at += cStep;
        c4l.intoArray(c, at);
        c4r.intoArray(c, at + W);
        at += cStep;
        c5l.intoArray(c, at);
        c5r.intoArray(c, at + W);
    }
}
