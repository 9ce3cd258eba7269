package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;

/**
 * {@code y} is the parts one after the other along an axis; the gradient of each is its slice of {@code dy}.
 * Shapes: equal but along the axis, where y has the sum of their sizes.
 */
public final class Concat extends Op {
    private final Tensor[] parts;
    private final Shape whole;
    private final int axis;

    private Concat(Tensor[] parts, Shape whole, int axis) {
        super(parts);
        this.parts = parts;
        this.whole = whole;
        this.axis = axis;
    }

    public static Tensor apply(int axis, Tensor... parts) {
        Tensor[] all = parts.clone();
        Shape whole = join(axis, all);
        Tensor y = result(whole, all);
        int offset = 0;
        int stride = whole.strides()[whole.axis(axis)];
        for (Tensor part : all) {
            kernels().copy(Slice.in(whole, part.shape(), offset), part.data(), y.data(), false);
            offset += part.shape().dim(axis) * stride;
        }
        return new Concat(all, whole, axis).record(y);
    }

    private static Shape join(int axis, Tensor[] parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("concat: at least one tensor is needed");
        }
        Shape first = parts[0].shape();
        Checks.axis("concat", first, axis);
        int size = 0;
        for (Tensor part : parts) {
            Shape shape = part.shape();
            if (shape.rank() != first.rank() || !shape.with(axis, 0).equals(first.with(axis, 0))) {
                throw new IllegalArgumentException("concat: shapes must be equal but along axis " + axis + ", "
                        + first + " and " + shape);
            }
            size += shape.dim(axis);
        }
        return first.with(axis, size);
    }

    @Override
    protected void backward(float[] grad) {
        int offset = 0;
        int stride = whole.strides()[whole.axis(axis)];
        for (Tensor part : parts) {
            if (part.needsGrad()) {
                GradSlot slot = part.gradSlot();
                kernels().copy(Slice.out(whole, part.shape(), offset), grad, slot.array(), slot.add());
            }
            offset += part.shape().dim(axis) * stride;
        }
    }
}
