package inkhorn.nn;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;

/**
 * Leaves a residual branch out for whole sequences in training, each with probability p, and scales the others by
 * 1/(1-p): stochastic depth (Huang et al. 2016), with the expectation kept as by {@link Dropout}. The branches of block
 * i, counted from 0, have {@code p = rate · i / (n_layer - 1)}.
 */
final class DropPath {
    private final double p;

    private DropPath(double p) {
        this.p = p;
    }

    /** @param layer counted from 0 */
    static DropPath of(GptConfig config, int layer) {
        return new DropPath(config.nLayer() == 1 ? 0 : config.dropPath() * layer / (config.nLayer() - 1));
    }

    /**
     * What each position of a branch is multiplied by, or null where nothing is left out.
     *
     * @return (B, T, 1), the same number for all positions of a sequence
     */
    Tensor factorsOrNull(int batch, int time, Pass pass) {
        Rng rng = p == 0 ? null : pass.nextSite();
        if (rng == null) {
            return null;
        }
        Tensor factors = Tensor.of(new float[batch * time], batch, time, 1);
        for (int i = 0; i < batch * time; i++) {
            factors.data()[i] = rng.uniform(i / time) < p ? 0 : (float) (1 / (1 - p));
        }
        return factors;
    }
}
