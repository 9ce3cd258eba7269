package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = f(x)}, element by element; {@code dx = dy · f'(x)}. {@link Unary} has the functions.
 * Shapes: x and y equal.
 */
public final class Elementwise extends Op {
    private final Unary f;
    private final float p;
    /** What the derivative is computed from. */
    private final Tensor saved;
    private final Tensor x;

    private Elementwise(Unary f, float p, Tensor x, Tensor y) {
        super(x);
        this.f = f;
        this.p = p;
        this.x = x;
        this.saved = f.readsResult() ? y : x;
    }

    /** For a function without parameter. */
    public static Tensor apply(Unary f, Tensor x) {
        return apply(f, 0, x);
    }

    /** @param p the exponent of {@link Unary#POW}; no other function reads it */
    public static Tensor apply(Unary f, float p, Tensor x) {
        Tensor y = result(x.shape(), x);
        kernels().unary(f, p, x.data(), y.data(), x.size());
        return new Elementwise(f, p, x, y).record(y);
    }

    @Override
    public boolean readsOutput() {
        return f.readsResult();
    }

    @Override
    protected void backward(float[] grad) {
        float[] values = saved.data();
        GradSlot dx = Gradients.inPlace(x, grad);
        kernels().unaryBackward(f, p, values, values, grad, dx.array(), dx.add(), x.size());
    }
}
