package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;

/**
 * {@code y = Σ x / n} over all n elements or along one axis; {@code dx = dy / n}, repeated.
 * Shapes: y is {@code ()}, or x without the axis, or with size 1 there when it is kept.
 */
public final class Mean extends Op {

    private final Tensor x;
    private final Axis axis;

    private Mean(Tensor x, Axis axis) {
        super(x);
        this.x = x;
        this.axis = axis;
    }

    /** The mean of all elements. */
    public static Tensor apply(Tensor x) {
        return apply(x, Axis.all(x.shape()));
    }

    public static Tensor apply(Tensor x, int axis, boolean keepAxis) {
        return apply(x, Axis.of("mean", x.shape(), axis, keepAxis));
    }

    private static Tensor apply(Tensor x, Axis axis) {
        Tensor y = result(axis.result(), x);
        axis.sum(x, 1f / axis.size(), y);
        return new Mean(x, axis).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        kernels().scale(1f / axis.size(), grad, grad, false, axis.result().size());
        axis.repeat(grad, x);
    }
}
