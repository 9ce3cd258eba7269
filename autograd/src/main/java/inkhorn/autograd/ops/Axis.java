package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.StridedCopy;

/**
 * A tensor seen as (outer, size, inner) for a reduction along the middle.
 *
 * @param result the shape that is left
 */
record Axis(int outer, int size, int inner, Shape result) {
    static Axis all(Shape shape) {
        return new Axis(1, shape.size(), 1, Shape.SCALAR);
    }

    static Axis of(String op, Shape shape, int axis, boolean keep) {
        Checks.axis(op, shape, axis);
        int at = shape.axis(axis);
        Shape result = keep ? shape.with(at, 1) : shape.without(at);
        return new Axis(shape.sizeOf(0, at), shape.dim(at), shape.sizeOf(at + 1, shape.rank()), result);
    }

    /** Gives the gradient of a sum, repeated along the axis, to the input. */
    void repeat(float[] grad, Tensor input) {
        GradSlot slot = input.gradSlot();
        int[] dims = {outer, size, inner};
        StridedCopy plan = StridedCopy.of(dims, 0, new int[] {inner, 0, 1}, 0, new int[] {size * inner, inner, 1});
        kernels().copy(plan, grad, slot.array(), slot.add());
    }
}
