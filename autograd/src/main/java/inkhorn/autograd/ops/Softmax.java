package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;

/** {@code y = exp(x) / Σ exp(x)} over the last axis; {@code dx = y · (dy - Σ dy · y)}. Shapes: x and y equal. */
public final class Softmax extends Op {
    private final Tensor x;
    private final Tensor y;

    private Softmax(Tensor x, Tensor y) {
        super(x);
        this.x = x;
        this.y = y;
    }

    public static Tensor apply(Tensor x) {
        Checks.rankAtLeast("softmax", x.shape(), 1);
        Tensor y = result(x.shape(), x);
        kernels().softmax(x.data(), Checks.rows(x.shape()), x.shape().last(), y.data());
        return new Softmax(x, y).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = x.gradSlot();
        int rows = Checks.rows(x.shape());
        kernels().softmaxBackward(y.data(), grad, rows, x.shape().last(), dx.array(), dx.add());
    }
}
