package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = ln(x)}; {@code dx = dy / x}.
 * Shapes: x and y equal.
 */
public final class Log extends Op {

    private final Tensor x;

    private Log(Tensor x) {
        super(x);
        this.x = x;
    }

    public static Tensor apply(Tensor x) {
        Tensor y = result(x.shape(), x);
        kernels().unary(Unary.LOG, 0, x.data(), y.data(), x.size());
        return new Log(x).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.inPlace(x, grad);
        float[] saved = x.data();
        kernels().unaryBackward(Unary.LOG, 0, saved, saved, grad, dx.array(), dx.add(), x.size());
    }
}
