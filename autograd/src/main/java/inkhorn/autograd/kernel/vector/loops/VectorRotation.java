package inkhorn.autograd.kernel.vector.loops;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import inkhorn.autograd.kernel.AttentionKernels.RotaryShape;
import jdk.incubator.vector.FloatVector;

/** Pairs of channels rotated by a position's angles, each product and sum rounded by itself as in the scalar loops. */
public final class VectorRotation {
    private VectorRotation() {}

    /**
     * One row from index {@code at} on, in x as in out.
     *
     * @param turn where the cosines of the row's position begin in {@code turns}
     */
    public static void row(RotaryShape shape, float[] x, int at, float[] turns, int turn, boolean back, float[] out,
                           boolean add) {
        int size = shape.headSize();
        for (int head = 0; head < shape.heads(); head++) {
            int from = at + head * size;
            pairs(shape.pairs(), x, from, turns, turn, back ? -1 : 1, out, add);
            rest(x, from + shape.rotated(), size - shape.rotated(), out, add);
        }
        rest(x, at + shape.heads() * size, shape.width() - shape.heads() * size, out, add);
    }

    private static void pairs(int n, float[] x, int at, float[] turns, int turn, float sign, float[] out,
                              boolean add) {
        int i = 0;
        for (; i + W <= n; i += W) {
            FloatVector cos = FloatVector.fromArray(S, turns, turn + i);
            FloatVector sin = FloatVector.fromArray(S, turns, turn + n + i).mul(sign);
            FloatVector a = FloatVector.fromArray(S, x, at + i);
            FloatVector b = FloatVector.fromArray(S, x, at + n + i);
            FloatVector first = a.mul(cos).sub(b.mul(sin));
            FloatVector second = b.mul(cos).add(a.mul(sin));
            if (add) {
                first = FloatVector.fromArray(S, out, at + i).add(first);
                second = FloatVector.fromArray(S, out, at + n + i).add(second);
            }
            first.intoArray(out, at + i);
            second.intoArray(out, at + n + i);
        }
        for (; i < n; i++) {
            float cos = turns[turn + i];
            float sin = turns[turn + n + i] * sign;
            float a = x[at + i];
            float b = x[at + n + i];
            float first = a * cos - b * sin;
            float second = b * cos + a * sin;
            out[at + i] = add ? out[at + i] + first : first;
            out[at + n + i] = add ? out[at + n + i] + second : second;
        }
    }

    private static void rest(float[] x, int at, int n, float[] out, boolean add) {
        if (add) {
            VectorElementwise.addInPlace(x, at, out, at, n);
        } else if (x != out) {
            System.arraycopy(x, at, out, at, n);
        }
    }
}
