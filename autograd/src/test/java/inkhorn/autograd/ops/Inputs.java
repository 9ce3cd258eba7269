package inkhorn.autograd.ops;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Samples;

/** Leaves and constants for the tests of ops. */
final class Inputs {

    private Inputs() {
    }

    static Tensor normal(long seed, int... dims) {
        return variable(Samples.normal(seed, Shape.of(dims).size()), dims);
    }

    static Tensor positive(long seed, int... dims) {
        return variable(Samples.positive(seed, Shape.of(dims).size()), dims);
    }

    /** Normal, but at least 0.2 from zero, where relu has its kink. */
    static Tensor awayFromZero(long seed, int... dims) {
        float[] values = Samples.normal(seed, Shape.of(dims).size());
        for (int i = 0; i < values.length; i++) {
            values[i] += Math.copySign(0.2f, values[i]);
        }
        return variable(values, dims);
    }

    /** Whole numbers, each once, in no order: no two are a step of a finite difference from each other. */
    static Tensor distinct(int... dims) {
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 31L % values.length - values.length / 2f;
        }
        return variable(values, dims);
    }

    /** All channels of x, cut into heads. */
    static Heads heads(Tensor x, int heads) {
        return new Heads(x, 0, heads, x.shape().last() / heads);
    }

    static Tensor constant(Tensor like) {
        return Tensor.of(like.data(), like.shape().dims());
    }

    private static Tensor variable(float[] values, int... dims) {
        return dims.length == 0 ? Tensor.variable(values, 1).reshape() : Tensor.variable(values, dims);
    }
}
