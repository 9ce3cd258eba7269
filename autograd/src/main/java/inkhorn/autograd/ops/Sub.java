package inkhorn.autograd.ops;

import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Binary;

/**
 * {@code y = a - b}; {@code da = dy, db = -dy}.
 * Shapes: a and b broadcast to y as in NumPy; the gradient of a repeated operand is summed back.
 */
public final class Sub extends Op {

    private final Tensor a;
    private final Tensor b;
    private final Shape shape;

    private Sub(Tensor a, Tensor b, Shape shape) {
        super(a, b);
        this.a = a;
        this.b = b;
        this.shape = shape;
    }

    public static Tensor apply(Tensor a, Tensor b) {
        Shape shape = a.shape().broadcast(b.shape(), "sub");
        Tensor y = result(shape, a, b);
        Broadcasting.apply(Binary.SUB, a, b, y);
        return new Sub(a, b, shape).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        if (b.needsGrad()) {
            Gradients.sumBack(grad, shape, b, -1);
        }
        if (a.needsGrad()) {
            Broadcasting.handBack(grad, shape, a);
        }
    }
}
