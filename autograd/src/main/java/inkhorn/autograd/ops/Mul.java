package inkhorn.autograd.ops;

import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Binary;

/**
 * {@code y = a · b}, element by element; {@code da = dy · b, db = dy · a}.
 * Shapes: a and b broadcast to y as in NumPy; the gradient of a repeated operand is summed back.
 */
public final class Mul extends Op {

    private final Tensor a;
    private final Tensor b;
    private final Shape shape;

    private Mul(Tensor a, Tensor b, Shape shape) {
        super(a, b);
        this.a = a;
        this.b = b;
        this.shape = shape;
    }

    public static Tensor apply(Tensor a, Tensor b) {
        Shape shape = a.shape().broadcast(b.shape(), "mul");
        Tensor y = result(shape, a, b);
        Broadcasting.apply(Binary.MUL, a, b, y);
        return new Mul(a, b, shape).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        if (a.needsGrad()) {
            Broadcasting.giveBack(Binary.MUL, grad, shape, b, a);
        }
        if (b.needsGrad()) {
            Broadcasting.giveBack(Binary.MUL, grad, shape, a, b);
        }
    }
}
