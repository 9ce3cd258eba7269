package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = x · Φ(x), Φ(x) = (1 + erf(x/√2)) / 2} (Hendrycks and Gimpel 2016);
 * {@code dx = dy · (Φ(x) + x · φ(x))} with φ the normal density.
 * Shapes: x and y equal.
 */
public final class Gelu extends Op {

    private final Tensor x;

    private Gelu(Tensor x) {
        super(x);
        this.x = x;
    }

    public static Tensor apply(Tensor x) {
        Tensor y = result(x.shape(), x);
        kernels().unary(Unary.GELU, 0, x.data(), y.data(), x.size());
        return new Gelu(x).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.inPlace(x, grad);
        float[] saved = x.data();
        kernels().unaryBackward(Unary.GELU, 0, saved, saved, grad, dx.array(), dx.add(), x.size());
    }
}
