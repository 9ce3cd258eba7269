package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.StridedCopy;
import java.util.Arrays;

/**
 * {@code y[i of axes] = x[i]}: axis n of y is axis {@code axes[n]} of x; {@code dx} is {@code dy} with the axes back.
 * Shapes: y's sizes are x's in the new order; no axes given: the last two are swapped.
 */
public final class Transpose extends Op {
    private final Tensor x;
    private final int[] dims;
    private final int[] xStrides;
    private final int[] yStrides;

    private Transpose(Tensor x, Shape y, int[] xStrides) {
        super(x);
        this.x = x;
        this.dims = y.dims();
        this.xStrides = xStrides;
        this.yStrides = y.strides();
    }

    public static Tensor apply(Tensor x, int... axes) {
        int[] order = order(x.shape(), axes);
        int[] strides = x.shape().strides();
        int[] dims = Arrays.stream(order).map(x.shape()::dim).toArray();
        int[] xStrides = Arrays.stream(order).map(axis -> strides[axis]).toArray();
        Tensor y = result(Shape.of(dims), x);
        Transpose op = new Transpose(x, y.shape(), xStrides);
        kernels().copy(StridedCopy.of(dims, 0, xStrides, 0, op.yStrides), x.data(), y.data(), false);
        return op.record(y);
    }

    private static int[] order(Shape shape, int[] axes) {
        int rank = shape.rank();
        int[] order = new int[rank];
        if (axes.length == 0) {
            Checks.rankAtLeast("transpose", shape, 2);
            Arrays.setAll(order, axis -> axis < rank - 2 ? axis : 2 * rank - 3 - axis);
            return order;
        }
        boolean[] seen = new boolean[rank];
        boolean permutes = axes.length == rank;
        for (int i = 0; i < rank && permutes; i++) {
            Checks.axis("transpose", shape, axes[i]);
            order[i] = shape.axis(axes[i]);
            permutes = !seen[order[i]];
            seen[order[i]] = true;
        }
        if (!permutes) {
            throw new IllegalArgumentException("transpose: every axis of " + shape + " must be named once, found "
                    + Arrays.toString(axes));
        }
        return order;
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = x.gradSlot();
        kernels().copy(StridedCopy.of(dims, 0, yStrides, 0, xStrides), grad, dx.array(), dx.add());
    }
}
