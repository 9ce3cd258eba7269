package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;

/**
 * {@code y = x̂ · gamma + beta, x̂ = (x - mean) / √(variance + eps)} over the last axis (Ba, Kiros, Hinton 2016);
 * with {@code g = dy · gamma}: {@code dx = (g - mean(g) - x̂ · mean(g · x̂)) / √(variance + eps)},
 * {@code dGamma = Σ dy · x̂, dBeta = Σ dy} over the rows.
 * Shapes: x and y (…, C), gamma and beta (C).
 */
public final class LayerNorm extends Op {

    private final Tensor x;
    private final Tensor gamma;
    private final Tensor beta;
    private final float[] mean;
    private final float[] rstd;

    private LayerNorm(Tensor x, Tensor gamma, Tensor beta, float[] mean, float[] rstd) {
        super(x, gamma, beta);
        this.x = x;
        this.gamma = gamma;
        this.beta = beta;
        this.mean = mean;
        this.rstd = rstd;
    }

    /** @param betaOrNull null: no shift */
    public static Tensor apply(Tensor x, Tensor gamma, Tensor betaOrNull, float eps) {
        check("layer-norm", x, gamma, betaOrNull);
        int rows = Checks.rows(x.shape());
        Tensor y = result(x.shape(), x, gamma, betaOrNull);
        LayerNorm op = new LayerNorm(x, gamma, betaOrNull, Scope.allocate(rows), Scope.allocate(rows));
        kernels().normalize(RowNorm.LAYER, x.data(), gamma.data(), betaOrNull == null ? null : betaOrNull.data(), rows,
                x.shape().last(), eps, y.data(), op.mean, op.rstd);
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
        kernels().normalizeBackward(RowNorm.LAYER, x.data(), gamma.data(), mean, rstd, grad, Checks.rows(x.shape()), x.shape().last(),
                dx.array(), dx.add(), dGamma.array(), dGamma.add(), dBeta.array(), dBeta.add());
    }

    @Override
    protected void release() {
        Scope.release(mean);
        Scope.release(rstd);
    }
}
