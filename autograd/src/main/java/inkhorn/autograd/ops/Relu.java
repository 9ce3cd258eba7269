package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = max(x, 0)}; {@code dx = dy where x > 0, else 0}.
 * Shapes: x and y equal.
 */
public final class Relu extends Op {

    private final Tensor x;

    private Relu(Tensor x) {
        super(x);
        this.x = x;
    }

    public static Tensor apply(Tensor x) {
        Tensor y = result(x.shape(), x);
        kernels().unary(Unary.RELU, 0, x.data(), y.data(), x.size());
        return new Relu(x).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.inPlace(x, grad);
        float[] saved = x.data();
        kernels().unaryBackward(Unary.RELU, 0, saved, saved, grad, dx.array(), dx.add(), x.size());
    }
}
