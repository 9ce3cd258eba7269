package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = 1 / (1 + exp(-x))}; {@code dx = dy · y · (1 - y)}.
 * Shapes: x and y equal.
 */
public final class Sigmoid extends Op {

    private final Tensor x;
    private final Tensor y;

    private Sigmoid(Tensor x, Tensor y) {
        super(x);
        this.x = x;
        this.y = y;
    }

    public static Tensor apply(Tensor x) {
        Tensor y = result(x.shape(), x);
        kernels().unary(Unary.SIGMOID, 0, x.data(), y.data(), x.size());
        return new Sigmoid(x, y).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.inPlace(x, grad);
        float[] saved = y.data();
        kernels().unaryBackward(Unary.SIGMOID, 0, saved, saved, grad, dx.array(), dx.add(), x.size());
    }
}
