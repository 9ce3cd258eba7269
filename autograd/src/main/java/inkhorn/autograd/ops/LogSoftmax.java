package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;

/** {@code y = x - ln Σ exp(x)} over the last axis; {@code dx = dy - exp(y) · Σ dy}. Shapes: x and y equal. */
public final class LogSoftmax extends Op {
    private final Tensor x;
    private final Tensor y;

    private LogSoftmax(Tensor x, Tensor y) {
        super(x);
        this.x = x;
        this.y = y;
    }

    public static Tensor apply(Tensor x) {
        Checks.rankAtLeast("log-softmax", x.shape(), 1);
        Tensor y = result(x.shape(), x);
        kernels().logSoftmax(x.data(), Checks.rows(x.shape()), x.shape().last(), y.data());
        return new LogSoftmax(x, y).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = x.gradSlot();
        int rows = Checks.rows(x.shape());
        kernels().logSoftmaxBackward(y.data(), grad, rows, x.shape().last(), dx.array(), dx.add());
    }
}
