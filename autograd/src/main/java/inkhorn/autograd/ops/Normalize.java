package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;

/**
 * {@code y = x̂ · gamma + beta} over the last axis; {@link RowNorm} has what x̂ is. With {@code g = dy · gamma}:
 * {@code dx = (g - mean(g) - x̂ · mean(g · x̂)) · rstd}, without mean(g) where x̂ is not centred, rstd being the factor
 * of the row; {@code dGamma = Σ dy · x̂, dBeta = Σ dy} over the rows.
 * Shapes: x and y (…, C), gamma and beta (C).
 */
public final class Normalize extends Op {
    private final RowNorm norm;
    private final Tensor x;
    private final Tensor gamma;
    private final Tensor beta;
    private final float[] mean;
    private final float[] rstd;

    private Normalize(RowNorm norm, Tensor x, Tensor gamma, Tensor beta) {
        super(x, gamma, beta);
        this.norm = norm;
        this.x = x;
        this.gamma = gamma;
        this.beta = beta;
        this.mean = Scope.allocate(Checks.rows(x.shape()));
        this.rstd = Scope.allocate(Checks.rows(x.shape()));
    }

    /** @param betaOrNull null: no shift */
    public static Tensor apply(RowNorm norm, Tensor x, Tensor gamma, Tensor betaOrNull, float eps) {
        check("normalize", x, gamma, betaOrNull);
        Tensor y = result(x.shape(), x, gamma, betaOrNull);
        Normalize op = new Normalize(norm, x, gamma, betaOrNull);
        kernels().normalize(norm, x.data(), gamma.data(), betaOrNull == null ? null : betaOrNull.data(),
                Checks.rows(x.shape()), x.shape().last(), eps, y.data(), op.mean, op.rstd);
        if (!y.needsGrad()) {
            op.release();
        }
        return op.record(y);
    }

    static void check(String op, Tensor x, Tensor gamma, Tensor betaOrNull) {
        Checks.rankAtLeast(op, x.shape(), 1);
        Checks.vector(op, "gamma", gamma, x.shape());
        Checks.vector(op, "beta", betaOrNull, x.shape());
    }

    @Override
    protected void backward(float[] grad) {
        GradSlot dx = Gradients.slotOrNone(x);
        GradSlot dGamma = Gradients.slotOrNone(gamma);
        GradSlot dBeta = Gradients.slotOrNone(beta);
        kernels().normalizeBackward(norm, x.data(), gamma.data(), mean, rstd, grad, Checks.rows(x.shape()),
                x.shape().last(), dx.array(), dx.add(), dGamma.array(), dGamma.add(), dBeta.array(), dBeta.add());
    }

    @Override
    protected void release() {
        Scope.release(mean);
        Scope.release(rstd);
    }
}
