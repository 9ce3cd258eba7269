package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;

/**
 * {@code sum = x + dropout(branch), normed = normalize(sum)}: the end of one residual branch and the beginning of the
 * next in one pass over memory. With {@code d = dSum + normalize'(dNormed)}: {@code dx = d, dBranch = d · m / (1 - p)},
 * and gamma's and beta's as in {@link Normalize}.
 * Shapes: x, branch, sum, normed (…, C), gamma and beta (C).
 */
public final class ResidualNorm extends Op {
    /** Both outputs; either may stay unused. */
    public record Result(Tensor sum, Tensor normed) {}

    private final RowNorm norm;
    private final Tensor x;
    private final Tensor branch;
    private final Tensor gamma;
    private final Tensor beta;
    private final Tensor sum;
    private final float p;
    private final long key;
    private final float[] mean;
    private final float[] rstd;

    private ResidualNorm(RowNorm norm, Tensor x, Tensor branch, Tensor gamma, Tensor beta, Tensor sum, float p,
                         long key) {
        super(x, branch, gamma, beta);
        this.norm = norm;
        this.x = x;
        this.branch = branch;
        this.gamma = gamma;
        this.beta = beta;
        this.sum = sum;
        this.p = p;
        this.key = key;
        this.mean = Scope.allocate(Checks.rows(x.shape()));
        this.rstd = Scope.allocate(Checks.rows(x.shape()));
    }

    /**
     * @param p dropout of the branch, in [0, 1)
     * @param rngOrNull where the dropout draws come from; null: nothing is dropped
     * @param betaOrNull null: no shift
     */
    public static Result apply(RowNorm norm, Tensor x, Tensor branch, float p, Rng rngOrNull,
                               Tensor gamma, Tensor betaOrNull, float eps) {
        Checks.probability("residual norm", p);
        Checks.sameShape("residual norm", x.shape(), branch.shape());
        Normalize.check("residual norm", x, gamma, betaOrNull);
        float dropped = rngOrNull == null ? 0 : p;
        long key = dropped == 0 ? 0 : rngOrNull.key();
        Tensor sum = result(x.shape(), x, branch, gamma, betaOrNull);
        Tensor normed = result(x.shape(), x, branch, gamma, betaOrNull);
        ResidualNorm op = new ResidualNorm(norm, x, branch, gamma, betaOrNull, sum, dropped, key);
        kernels().residualNormalize(norm, x.data(), branch.data(), dropped, key, gamma.data(),
                betaOrNull == null ? null : betaOrNull.data(), Checks.rows(x.shape()), x.shape().last(), eps,
                sum.data(), normed.data(), op.mean, op.rstd);
        if (!normed.needsGrad()) {
            op.release();
        }
        return new Result(op.recordFurther(sum), op.record(normed));
    }

    /**
     * As {@link #apply}, and gives the branch's storage back, which this op's backward does not read: the branch cannot
     * be read any more. It is kept if the op that made it reads it in its own backward, or if it is no op's recorded
     * result.
     */
    public static Result consuming(RowNorm norm, Tensor x, Tensor branch, float p, Rng rngOrNull,
                                   Tensor gamma, Tensor betaOrNull, float eps) {
        Result result = apply(norm, x, branch, p, rngOrNull, gamma, betaOrNull, eps);
        if (branch.op() != null && !branch.op().readsOutput() && branch.ownsData()) {
            float[] storage = branch.data();
            branch.consumed("residual norm gave its storage back; read it before, or use ResidualNorm.apply");
            Scope.release(storage);
        }
        return result;
    }

    @Override
    protected void backward(float[] grad) {
        boolean needsSum = x.needsGrad() || branch.needsGrad();
        GradSlot dSum = needsSum ? sum.gradSlot() : new GradSlot(null, false);     // adds to what has arrived at sum
        GradSlot dGamma = Gradients.slotOrNone(gamma);
        GradSlot dBeta = Gradients.slotOrNone(beta);
        kernels().normalizeBackward(norm, sum.data(), gamma.data(), mean, rstd, grad, Checks.rows(x.shape()),
                x.shape().last(), dSum.array(), dSum.add(), dGamma.array(), dGamma.add(), dBeta.array(), dBeta.add());
        if (branch.needsGrad()) {
            handToBranch(dSum.array());
        }
        if (x.needsGrad()) {
            Gradients.handOn(x, dSum.array());
        }
    }

    private void handToBranch(float[] dSum) {
        if (p == 0) {
            Gradients.addTo(branch, dSum, 1);
        } else {
            GradSlot slot = branch.gradSlot();
            kernels().dropout(dSum, p, key, slot.array(), slot.add(), branch.size());
        }
    }

    @Override
    protected void release() {
        Scope.release(mean);
        Scope.release(rstd);
    }
}
