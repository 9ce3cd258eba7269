package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.StridedCopy;

/**
 * {@code y = x[from … to-1]} along an axis; {@code dx} is {@code dy} there and 0 elsewhere.
 * Shapes: y is x with size {@code to - from} along the axis.
 */
public final class Slice extends Op {
    private final Tensor x;
    private final Shape part;
    private final int offset;

    private Slice(Tensor x, Shape part, int offset) {
        super(x);
        this.x = x;
        this.part = part;
        this.offset = offset;
    }

    public static Tensor apply(Tensor x, int axis, int from, int to) {
        Checks.axis("slice", x.shape(), axis);
        int size = x.shape().dim(axis);
        if (from < 0 || from > to || to > size) {
            throw new IllegalArgumentException("slice: from " + from + " to " + to + " does not lie in axis " + axis
                    + " of " + x.shape() + ", allowed are 0 to " + size);
        }
        int offset = from * x.shape().strides()[x.shape().axis(axis)];
        Tensor y = result(x.shape().with(axis, to - from), x);
        kernels().copy(out(x.shape(), y.shape(), offset), x.data(), y.data(), false);
        return new Slice(x, y.shape(), offset).record(y);
    }

    /** From a part of {@code whole} that begins at {@code offset} to a contiguous {@code part}. */
    static StridedCopy out(Shape whole, Shape part, int offset) {
        return StridedCopy.of(part.dims(), offset, whole.strides(), 0, part.strides());
    }

    /** From a contiguous {@code part} to where it lies in {@code whole}. */
    static StridedCopy in(Shape whole, Shape part, int offset) {
        return StridedCopy.of(part.dims(), 0, part.strides(), offset, whole.strides());
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = x.gradSlot();
        if (!dx.add()) {
            kernels().fill(dx.array(), 0, x.size());
        }
        kernels().copy(in(x.shape(), part, offset), grad, dx.array(), true);
    }
}
