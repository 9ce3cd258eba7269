package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;

/**
 * {@code y = x · m / (1 - p)}, m being 0 with probability p, else 1 (Srivastava et al. 2014, inverted);
 * {@code dx = dy · m / (1 - p)}. The mask is drawn again in backward, never stored.
 * Shapes: x and y equal.
 */
public final class Drop extends Op {
    private final Tensor x;
    private final float p;
    private final long key;

    private Drop(Tensor x, float p, long key) {
        super(x);
        this.x = x;
        this.p = p;
        this.key = key;
    }

    /**
     * Drops at random; with {@code p = 0} returns x itself.
     *
     * @param p in [0, 1)
     * @param rng draw i is for element i; not read when p is 0
     */
    public static Tensor apply(Tensor x, float p, Rng rng) {
        Checks.probability("dropout", p);
        if (p == 0) {
            return x;
        }
        Tensor y = result(x.shape(), x);
        kernels().dropout(x.data(), p, rng.key(), y.data(), false, x.size());
        return new Drop(x, p, rng.key()).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = x.gradSlot();
        kernels().dropout(grad, p, key, dx.array(), dx.add(), x.size());
    }
}
