package inkhorn.nn;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.Drop;

/** Zeroes elements with probability p in training and scales the others by 1/(1-p) (Srivastava et al. 2014). */
public final class Dropout extends Module {
    private final float p;

    /** @param p in [0, 1) */
    public Dropout(double p) {
        this.p = (float) p;
    }

    /** Any shape; x itself in evaluation. */
    public Tensor forward(Tensor x, Pass pass) {
        Rng rng = site(pass);
        return rng == null ? x : Drop.apply(x, p, rng);
    }

    /** The probability of dropping, for ops that drop inside. */
    float p() {
        return p;
    }

    /** The random numbers of this site in a pass, or null where nothing is dropped. */
    Rng site(Pass pass) {
        return p == 0 ? null : pass.nextSite();
    }
}
