package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = x/2 · (1 + tanh(u)), u = √(2/π) · (x + 0.044715 x³)}, GPT-2's form of GELU;
 * {@code dx = dy · ((1 + tanh(u))/2 + x/2 · (1 - tanh(u)²) · u')}.
 * Shapes: x and y equal.
 */
public final class GeluTanh extends Op {

    private final Tensor x;

    private GeluTanh(Tensor x) {
        super(x);
        this.x = x;
    }

    public static Tensor apply(Tensor x) {
        Tensor y = result(x.shape(), x);
        kernels().unary(Unary.GELU_TANH, 0, x.data(), y.data(), x.size());
        return new GeluTanh(x).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.inPlace(x, grad);
        float[] saved = x.data();
        kernels().unaryBackward(Unary.GELU_TANH, 0, saved, saved, grad, dx.array(), dx.add(), x.size());
    }
}
