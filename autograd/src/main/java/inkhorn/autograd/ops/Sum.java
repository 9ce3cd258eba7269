package inkhorn.autograd.ops;

import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;

/**
 * {@code y = Σ x} over all elements or along one axis; {@code dx = dy}, repeated.
 * Shapes: y is {@code ()}, or x without the axis, or with size 1 there when it is kept.
 */
public final class Sum extends Op {

    private final Tensor x;
    private final Axis axis;

    private Sum(Tensor x, Axis axis) {
        super(x);
        this.x = x;
        this.axis = axis;
    }

    /** The sum of all elements. */
    public static Tensor apply(Tensor x) {
        return apply(x, Axis.all(x.shape()));
    }

    public static Tensor apply(Tensor x, int axis, boolean keepAxis) {
        return apply(x, Axis.of("sum", x.shape(), axis, keepAxis));
    }

    private static Tensor apply(Tensor x, Axis axis) {
        Tensor y = result(axis.result(), x);
        axis.sum(x, 1, y);
        return new Sum(x, axis).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        axis.repeat(grad, x);
    }
}
