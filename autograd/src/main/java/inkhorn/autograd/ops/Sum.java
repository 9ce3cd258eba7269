package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;

/**
 * {@code y = factor · Σ x} over all elements or along one axis, the factor being 1 for a sum of n and 1/n for their
 * mean; {@code dx = factor · dy}, repeated.
 * Shapes: y is {@code ()}, or x without the axis, or with size 1 there when it is kept.
 */
public final class Sum extends Op {
    private final Tensor x;
    private final Axis axis;
    private final float factor;

    private Sum(Tensor x, Axis axis, float factor) {
        super(x);
        this.x = x;
        this.axis = axis;
        this.factor = factor;
    }

    public static Tensor apply(Tensor x) {
        return apply(x, Axis.all(x.shape()), 1);
    }

    public static Tensor apply(Tensor x, int axis, boolean keepAxis) {
        return apply(x, Axis.of("sum", x.shape(), axis, keepAxis), 1);
    }

    public static Tensor mean(Tensor x) {
        Axis all = Axis.all(x.shape());
        return apply(x, all, 1f / all.size());
    }

    public static Tensor mean(Tensor x, int axis, boolean keepAxis) {
        Axis along = Axis.of("mean", x.shape(), axis, keepAxis);
        return apply(x, along, 1f / along.size());
    }

    private static Tensor apply(Tensor x, Axis axis, float factor) {
        Tensor y = result(axis.result(), x);
        kernels().sum(x.data(), axis.outer(), axis.size(), axis.inner(), factor, y.data(), false);
        return new Sum(x, axis, factor).record(y);
    }

    @Override
    public boolean readsOutput() {
        return false;
    }

    @Override
    protected void backward(float[] grad) {
        if (factor != 1) {
            kernels().scale(factor, grad, grad, false, axis.result().size());
        }
        axis.repeat(grad, x);
    }
}
