package inkhorn.nn;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.RowNorm;
import inkhorn.autograd.ops.Normalize;
import inkhorn.autograd.ops.ResidualNorm;
import java.util.Arrays;

/**
 * Normalises each position over its channels, {@code y = x̂ · gamma + beta}; {@link RowNorm} has what x̂ is. Gamma
 * starts at 1, beta at 0; only LayerNorm has a beta.
 */
final class Norm extends Module {
    private final RowNorm kind;
    private final Tensor gamma;
    private final Tensor beta;
    private final float eps;

    private Norm(RowNorm kind, int channels, boolean bias, double eps) {
        this.kind = kind;
        this.gamma = parameter("weight", "scale", channels);
        this.beta = bias ? parameter("bias", "shift", channels) : null;
        this.eps = (float) eps;
        Arrays.fill(gamma.data(), 1);
    }

    /** The norm of an architecture. RMSNorm neither centres nor shifts, whatever the config says about biases. */
    static Norm of(GptConfig config) {
        RowNorm kind = config.norm();
        return new Norm(kind, config.nEmbd(), config.bias() && kind.isCentred(), config.layerNormEps());
    }

    /** RMSNorm over the channels of a head, whatever the norm of the stream is. */
    static Norm ofHeads(GptConfig config) {
        return new Norm(RowNorm.RMSNORM, config.headSize(), false, config.layerNormEps());
    }

    /** (…, C) to (…, C). */
    Tensor forward(Tensor x) {
        return Normalize.apply(kind, x, gamma, beta, eps);
    }

    /**
     * Adds a branch to the stream with dropout and normalises the sum, in one pass over memory; all (…, C). The
     * branch cannot be read afterwards.
     */
    ResidualNorm.Result add(Tensor stream, Tensor branch, Dropout dropout, Pass pass) {
        return ResidualNorm.consuming(kind, stream, branch, dropout.p(), dropout.site(pass), gamma, beta, eps);
    }
}
