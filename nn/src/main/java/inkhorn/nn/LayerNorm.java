package inkhorn.nn;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.ops.Normalize;
import inkhorn.autograd.ops.ResidualNorm;
import java.util.Arrays;

/**
 * {@code y = (x - mean) / √(variance + eps) · gamma + beta} over the channels of each position (Ba et al. 2016); gamma
 * starts at 1, beta at 0.
 */
public final class LayerNorm extends Module {

    private final Tensor gamma;
    private final Tensor beta;
    private final float eps;

    public LayerNorm(int channels, boolean bias, double eps) {
        this.gamma = parameter("weight", channels);
        this.beta = bias ? parameter("bias", channels) : null;
        this.eps = (float) eps;
        Arrays.fill(gamma.data(), 1);
    }

    /** (…, C) to (…, C). */
    public Tensor forward(Tensor x) {
        return Normalize.apply(RowNorm.LAYER, x, gamma, beta, eps);
    }

    /** Adds the waiting branch to the stream and normalises the sum, in one pass over memory; both are (B, T, C). The branch is used up. */
    ResidualNorm.Result forward(Residual x, Dropout dropout, Pass pass) {
        if (x.branch() == null) {
            return new ResidualNorm.Result(x.stream(), forward(x.stream()));
        }
        return ResidualNorm.consuming(RowNorm.LAYER, x.stream(), x.branch(), dropout.p(), dropout.site(pass), gamma, beta, eps);
    }
}
