package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.Op;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Binary;
import inkhorn.autograd.kernel.Broadcast;
import java.util.Locale;

/**
 * {@code y = a + b: da = dy, db = dy}; {@code y = a - b: da = dy, db = -dy};
 * {@code y = a · b: da = dy · b, db = dy · a}; {@code y = a / b: da = dy / b, db = -dy · y / b}; element by element.
 * Shapes: a and b broadcast to y as in NumPy; the gradient of a repeated operand is summed back.
 */
public final class Arithmetic extends Op {
    private final Binary f;
    private final Tensor a;
    private final Tensor b;
    /** Null where backward does not read it. */
    private final Tensor y;
    private final Shape shape;

    private Arithmetic(Binary f, Tensor a, Tensor b, Tensor y) {
        super(a, b);
        this.f = f;
        this.a = a;
        this.b = b;
        this.y = f == Binary.DIV ? y : null;
        this.shape = y.shape();
    }

    /** @throws IllegalArgumentException when the shapes do not broadcast */
    public static Tensor apply(Binary f, Tensor a, Tensor b) {
        Shape shape = a.shape().broadcast(b.shape(), f.name().toLowerCase(Locale.ROOT));
        Tensor y = result(shape, a, b);
        Broadcast plan = Broadcast.of(shape.dims(), a.shape().stridesIn(shape), b.shape().stridesIn(shape));
        kernels().binary(f, plan, a.data(), b.data(), y.data());
        return new Arithmetic(f, a, b, y).record(y);
    }

    @Override
    public boolean readsOutput() {
        return f == Binary.DIV;
    }

    @Override
    protected void backward(float[] grad) {
        switch (f) {
            case ADD -> backwardOfSum(grad, 1);
            case SUB -> backwardOfSum(grad, -1);
            case MUL -> {
                if (a.needsGrad()) {
                    giveBack(Binary.MUL, grad, b, a);
                }
                if (b.needsGrad()) {
                    giveBack(Binary.MUL, grad, a, b);
                }
            }
            case DIV -> backwardOfQuotient(grad);
        }
    }

    private void backwardOfSum(float[] grad, float sign) {
        if (b.needsGrad()) {
            Gradients.sumBack(grad, shape, b, sign);
        }
        if (a.needsGrad() && a.size() == shape.size()) {
            Gradients.handOn(a, grad);
        } else if (a.needsGrad()) {
            Gradients.sumBack(grad, shape, a, 1);
        }
    }

    private void backwardOfQuotient(float[] grad) {
        if (a.needsGrad()) {
            giveBack(Binary.DIV, grad, b, a);
        }
        if (b.needsGrad()) {
            float[] product = combine(Binary.MUL, grad, y);
            float[] share = combine(Binary.DIV, product, b);
            Gradients.sumBack(share, shape, b, -1);
            Scope.release(product);
            Scope.release(share);
        }
    }

    /** {@code f(grad, operand)} of y's shape, in an array to be released. */
    private float[] combine(Binary f, float[] grad, Tensor operand) {
        float[] out = Scope.allocate(shape.size());
        Broadcast plan = Broadcast.of(shape.dims(), shape.strides(), operand.shape().stridesIn(shape));
        kernels().binary(f, plan, grad, operand.data(), out);
        return out;
    }

    /** Gives {@code f(grad, operand)}, summed back to the input's shape, to the input. */
    private void giveBack(Binary f, float[] grad, Tensor operand, Tensor input) {
        float[] share = combine(f, grad, operand);
        if (input.size() == shape.size()) {
            Gradients.give(input, share);
        } else {
            Gradients.sumBack(share, shape, input, 1);
            Scope.release(share);
        }
    }
}
