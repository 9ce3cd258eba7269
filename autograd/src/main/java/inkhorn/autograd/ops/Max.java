package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;

/**
 * {@code y = max x} along an axis; {@code dx = dy} where the largest is (the first, if several), else 0.
 * Shapes: y is x without the axis, or with size 1 there when it is kept.
 */
public final class Max extends Op {
    private final Tensor x;
    private final Axis axis;
    private final int[] where;

    private Max(Tensor x, Axis axis, int[] where) {
        super(x);
        this.x = x;
        this.axis = axis;
        this.where = where;
    }

    public static Tensor apply(Tensor x, int axis, boolean keepAxis) {
        Axis along = Axis.of("max", x.shape(), axis, keepAxis);
        if (along.size() == 0) {
            throw new IllegalArgumentException("max: axis " + axis + " of " + x.shape() + " is empty");
        }
        Tensor y = result(along.result(), x);
        int[] where = new int[y.size()];
        kernels().max(x.data(), along.outer(), along.size(), along.inner(), y.data(), where);
        return new Max(x, along, where).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = x.gradSlot();
        kernels().maxBackward(grad, where, axis.outer(), axis.size(), axis.inner(), dx.array(), dx.add());
    }
}
