package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.AttentionShape;

/**
 * For every head of size D: {@code y = dropout(softmax(Q · Kᵀ / √D, keys up to the query)) · V}
 * (Vaswani et al. 2017, 3.2); the gradient is that of the composition, with the weights computed again from the kept
 * log-sum-exp, so that no T×T matrix exists (Dao et al. 2022).
 * Shapes: qkv (B, T, 3C) as queries, keys, values side by side and heads side by side in each; y (B, T, C).
 */
public final class CausalAttention extends Op {

    private final Tensor qkv;
    private final AttentionShape shape;
    private final float p;
    private final long key;
    private final Tensor y;
    private final float[] logSumExp;

    private CausalAttention(Tensor qkv, AttentionShape shape, float p, long key, Tensor y, float[] logSumExp) {
        super(qkv);
        this.qkv = qkv;
        this.shape = shape;
        this.p = p;
        this.key = key;
        this.y = y;
        this.logSumExp = logSumExp;
    }

    /**
     * @param p dropout of the attention weights, in [0, 1)
     * @param rngOrNull where the dropout draws come from; null: nothing is dropped
     */
    public static Tensor apply(Tensor qkv, int heads, float p, Rng rngOrNull) {
        Checks.probability("attention", p);
        AttentionShape shape = shape(qkv.shape(), heads);
        float dropped = rngOrNull == null ? 0 : p;
        long key = dropped == 0 ? 0 : rngOrNull.key();
        Tensor y = result(Shape.of(shape.batch(), shape.time(), shape.channels()), qkv);
        float[] logSumExp = Scope.allocate(shape.batch() * heads * shape.time());
        kernels().attention(shape, qkv.data(), dropped, key, y.data(), logSumExp);
        CausalAttention op = new CausalAttention(qkv, shape, dropped, key, y, logSumExp);
        if (!y.needsGrad()) {
            op.release();
        }
        return op.record(y);
    }

    private static AttentionShape shape(Shape qkv, int heads) {
        if (qkv.rank() != 3 || qkv.last() % 3 != 0) {
            throw new IllegalArgumentException("attention: (B, T, 3C) is needed, found " + qkv);
        }
        int channels = qkv.last() / 3;
        if (heads < 1 || channels % heads != 0) {
            throw new IllegalArgumentException("attention: " + heads + " heads do not divide " + channels
                    + " channels, qkv " + qkv);
        }
        return new AttentionShape(qkv.dim(0), qkv.dim(1), heads, channels / heads);
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot slot = qkv.gradSlot();
        kernels().attentionBackward(shape, qkv.data(), p, key, y.data(), logSumExp, grad, slot.array(), slot.add());
    }

    @Override
    protected void release() {
        Scope.release(logSumExp);
    }
}
