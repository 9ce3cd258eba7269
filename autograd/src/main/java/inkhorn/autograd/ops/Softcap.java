package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;

/**
 * {@code y = cap · tanh(x / cap)}, element by element: no result is beyond ±cap (Bello et al. 2017, 4; as in Gemma 2,
 * Gemma Team 2024, 2); {@code dx = dy · (1 - tanh²(x / cap))}. {@link LinearCrossEntropy} caps logits with the same
 * bits.
 * Shapes: x and y equal.
 */
public final class Softcap extends Op {
    private final Tensor x;
    private final float[] tanh;

    private Softcap(Tensor x, float[] tanh) {
        super(x);
        this.x = x;
        this.tanh = tanh;
    }

    /** @param cap above 0 */
    public static Tensor apply(Tensor x, float cap) {
        check("softcap", cap);
        Tensor y = result(x.shape(), x);
        float[] tanh = y.needsGrad() ? Scope.allocate(x.size()) : y.data();
        kernels().scale(1 / cap, x.data(), tanh, false, x.size());
        kernels().unary(Unary.TANH, 0, tanh, tanh, x.size());
        kernels().scale(cap, tanh, y.data(), false, x.size());
        return new Softcap(x, tanh).record(y);
    }

    static void check(String op, float cap) {
        if (!(cap > 0) || Float.isInfinite(cap)) {
            throw new IllegalArgumentException(op + ": the cap must be above 0, found " + cap);
        }
    }

    @Override
    public boolean readsOutput() {
        return false;
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.inPlace(x, grad);
        kernels().unaryBackward(Unary.TANH, 0, tanh, tanh, grad, dx.array(), dx.add(), x.size());
    }

    @Override
    protected void release() {
        Scope.release(tanh);
    }
}
