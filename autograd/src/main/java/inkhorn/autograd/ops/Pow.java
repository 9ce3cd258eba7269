package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = x^p} for a constant p; {@code dx = dy · p · x^(p-1)}.
 * Shapes: x and y equal.
 */
public final class Pow extends Op {

    private final Tensor x;
    private final float exponent;

    private Pow(Tensor x, float exponent) {
        super(x);
        this.x = x;
        this.exponent = exponent;
    }

    public static Tensor apply(Tensor x, float exponent) {
        Tensor y = result(x.shape(), x);
        kernels().unary(Unary.POW, exponent, x.data(), y.data(), x.size());
        return new Pow(x, exponent).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.inPlace(x, grad);
        kernels().unaryBackward(Unary.POW, exponent, x.data(), x.data(), grad, dx.array(), dx.add(), x.size());
    }
}
