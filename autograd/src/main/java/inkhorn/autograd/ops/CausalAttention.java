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
 * log-sum-exp, so that no T×T matrix exists (Dao et al. 2022). With fewer heads of keys and values each serves as many
 * neighbouring heads of queries (Ainslie et al. 2023), and its gradient is the sum of theirs. With ALiBi (Press et al.
 * 2022) a score is lower by {@link AttentionShape#slope} for each position between key and query.
 * Shapes: q (B, T, H, D), k and v (B, T, a divisor of H, D), y (B, T, H·D).
 */
public final class CausalAttention extends Op {
    private final Heads q;
    private final Heads k;
    private final Heads v;
    private final AttentionShape shape;
    private final float p;
    private final long key;
    private final Tensor y;
    private final float[] logSumExp;

    private CausalAttention(Heads q, Heads k, Heads v, AttentionShape shape, float p, long key, Tensor y,
                            float[] logSumExp) {
        super(q.packed(), k.packed(), v.packed());
        this.q = q;
        this.k = k;
        this.v = v;
        this.shape = shape;
        this.p = p;
        this.key = key;
        this.y = y;
        this.logSumExp = logSumExp;
    }

    /**
     * Attends within one packed projection.
     *
     * @param qkv (B, T, 3C), queries, keys and values side by side and heads side by side in each
     * @param p dropout of the attention weights, in [0, 1)
     * @param rngOrNull where the dropout draws come from; null: nothing is dropped
     */
    public static Tensor apply(Tensor qkv, int heads, float p, Rng rngOrNull) {
        return apply(Heads.third(qkv, 0, heads), Heads.third(qkv, 1, heads), Heads.third(qkv, 2, heads), p, rngOrNull);
    }

    /**
     * Attends from q to k and v, which may be views of one tensor or of several.
     *
     * @param p dropout of the attention weights, in [0, 1)
     * @param rngOrNull where the dropout draws come from; null: nothing is dropped
     * @throws IllegalArgumentException when sizes do not fit each other, or two views overlap
     */
    public static Tensor apply(Heads q, Heads k, Heads v, float p, Rng rngOrNull) {
        return apply(q, k, v, false, p, rngOrNull);
    }

    /**
     * As above.
     *
     * @param alibi whether scores are lower with the distance
     */
    public static Tensor apply(Heads q, Heads k, Heads v, boolean alibi, float p, Rng rngOrNull) {
        Checks.probability("attention", p);
        AttentionShape shape = shape(q, k, v, alibi);
        float dropped = rngOrNull == null ? 0 : p;
        long key = dropped == 0 ? 0 : rngOrNull.key();
        Tensor y = result(Shape.of(shape.batch(), shape.time(), shape.channels()), q.packed(), k.packed(), v.packed());
        float[] logSumExp = Scope.allocate(shape.batch() * shape.heads() * shape.time());
        kernels().attention(shape, q.rows(), k.rows(), v.rows(), dropped, key, y.data(), logSumExp);
        CausalAttention op = new CausalAttention(q, k, v, shape, dropped, key, y, logSumExp);
        if (!y.needsGrad()) {
            op.release();
        }
        return op.record(y);
    }

    /** The sizes of an attention from q to k and v. */
    private static AttentionShape shape(Heads q, Heads k, Heads v, boolean alibi) {
        Shape rows = q.packed().shape().without(-1);
        if (!rows.equals(k.packed().shape().without(-1)) || !rows.equals(v.packed().shape().without(-1))
                || k.heads() != v.heads() || q.heads() % k.heads() != 0
                || q.headSize() != k.headSize() || q.headSize() != v.headSize()) {
            throw new IllegalArgumentException("attention: " + describe("queries", q) + ", " + describe("keys", k)
                    + ", " + describe("values", v)
                    + ": B, T and D must be equal, and the heads of queries a multiple of the others'");
        }
        if (q.overlaps(k) || q.overlaps(v) || k.overlaps(v)) {
            throw new IllegalArgumentException("attention: queries, keys and values must not overlap in "
                    + q.packed().shape());
        }
        return new AttentionShape(rows.dim(0), rows.dim(1), q.heads(), k.heads(), q.headSize(), alibi);
    }

    private static String describe(String what, Heads heads) {
        return what + " of " + heads.packed().shape() + " with " + heads.heads() + " heads of " + heads.headSize();
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dQ = slot(q);
        GradSlot dK = k.packed() == q.packed() ? dQ : slot(k);
        GradSlot dV = v.packed() == q.packed() ? dQ : v.packed() == k.packed() ? dK : slot(v);
        kernels().attentionBackward(shape, q.rows(), k.rows(), v.rows(), p, key, y.data(), logSumExp, grad,
                dQ.array() == null ? null : q.in(dQ.array()), dQ.add(),
                dK.array() == null ? null : k.in(dK.array()), dK.add(),
                dV.array() == null ? null : v.in(dV.array()), dV.add());
    }

    /** The slot of a view's tensor, cleared first where the views leave channels out. */
    private GradSlot slot(Heads view) {
        GradSlot slot = Gradients.slotOrNone(view.packed());
        int covered = covered(q, view) + covered(k, view) + covered(v, view);
        if (slot.array() != null && !slot.add() && covered < view.packed().shape().last()) {
            kernels().fill(slot.array(), 0, view.packed().size());
        }
        return slot;
    }

    private static int covered(Heads part, Heads of) {
        return part.packed() == of.packed() ? part.channels() : 0;
    }

    @Override
    protected void release() {
        Scope.release(logSumExp);
    }
}
