package inkhorn.autograd.ops;

import inkhorn.autograd.Op;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Binary;

/**
 * {@code y = a / b}; {@code da = dy / b, db = -dy · y / b}.
 * Shapes: a and b broadcast to y as in NumPy; the gradient of a repeated operand is summed back.
 */
public final class Div extends Op {

    private final Tensor a;
    private final Tensor b;
    private final Tensor y;
    private final Shape shape;

    private Div(Tensor a, Tensor b, Tensor y) {
        super(a, b);
        this.a = a;
        this.b = b;
        this.y = y;
        this.shape = y.shape();
    }

    public static Tensor apply(Tensor a, Tensor b) {
        Shape shape = a.shape().broadcast(b.shape(), "div");
        Tensor y = result(shape, a, b);
        Broadcasting.apply(Binary.DIV, a, b, y);
        return new Div(a, b, y).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        if (a.needsGrad()) {
            Broadcasting.giveBack(Binary.DIV, grad, shape, b, a);
        }
        if (b.needsGrad()) {
            float[] product = Broadcasting.combine(Binary.MUL, grad, shape, y);
            float[] share = Broadcasting.combine(Binary.DIV, product, shape, b);
            Gradients.sumBack(share, shape, b, -1);
            Scope.release(product);
            Scope.release(share);
        }
    }
}
