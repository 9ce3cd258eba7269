package inkhorn.autograd.kernel.vector.gemm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link MicroKernel12x2} for operands that both have rows of {@link MicroKernel#ROW_STEP}. */
final class MicroKernel12x2Strided {
    private static final int STEP = MicroKernel.ROW_STEP;
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int W = S.length();

    private MicroKernel12x2Strided() {}

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
        FloatVector c6l = FloatVector.zero(S);
        FloatVector c6r = FloatVector.zero(S);
        FloatVector c7l = FloatVector.zero(S);
        FloatVector c7r = FloatVector.zero(S);
        FloatVector c8l = FloatVector.zero(S);
        FloatVector c8r = FloatVector.zero(S);
        FloatVector c9l = FloatVector.zero(S);
        FloatVector c9r = FloatVector.zero(S);
        FloatVector c10l = FloatVector.zero(S);
        FloatVector c10r = FloatVector.zero(S);
        FloatVector c11l = FloatVector.zero(S);
        FloatVector c11r = FloatVector.zero(S);
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
            FloatVector a6 = FloatVector.broadcast(S, a[i + 6]);
            c6l = a6.fma(left, c6l);
            c6r = a6.fma(right, c6r);
            FloatVector a7 = FloatVector.broadcast(S, a[i + 7]);
            c7l = a7.fma(left, c7l);
            c7r = a7.fma(right, c7r);
            FloatVector a8 = FloatVector.broadcast(S, a[i + 8]);
            c8l = a8.fma(left, c8l);
            c8r = a8.fma(right, c8r);
            FloatVector a9 = FloatVector.broadcast(S, a[i + 9]);
            c9l = a9.fma(left, c9l);
            c9r = a9.fma(right, c9r);
            FloatVector a10 = FloatVector.broadcast(S, a[i + 10]);
            c10l = a10.fma(left, c10l);
            c10r = a10.fma(right, c10r);
            FloatVector a11 = FloatVector.broadcast(S, a[i + 11]);
            c11l = a11.fma(left, c11l);
            c11r = a11.fma(right, c11r);
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
        at += cStep;
        c6l.intoArray(c, at);
        c6r.intoArray(c, at + W);
        at += cStep;
        c7l.intoArray(c, at);
        c7r.intoArray(c, at + W);
        at += cStep;
        c8l.intoArray(c, at);
        c8r.intoArray(c, at + W);
        at += cStep;
        c9l.intoArray(c, at);
        c9r.intoArray(c, at + W);
        at += cStep;
        c10l.intoArray(c, at);
        c10r.intoArray(c, at + W);
        at += cStep;
        c11l.intoArray(c, at);
        c11r.intoArray(c, at + W);
    }
}
