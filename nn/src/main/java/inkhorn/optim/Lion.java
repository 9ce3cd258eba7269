package inkhorn.optim;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import java.util.List;

/**
 * Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2), with g times the gradient
 * scale: {@code u = sign(β1·m + (1-β1)·g); w -= lr·(u + weightDecay·w); m = β2·m + (1-β2)·g}. It keeps one running
 * mean of the gradient, {@code exp_avg}. As every weight moves by the whole learning rate, the paper advises one that
 * is 3 to 10 times lower than AdamW's, and a weight decay as many times higher (section 5). Only tensors of rank 2 and
 * more decay.
 */
public final class Lion extends Optimizer {
    private final Hyperparameters hyper;

    /** With the given hyperparameters, of which it does not read {@code eps}. */
    Lion(Hyperparameters hyper, List<Target> targets) {
        super(Optimizers.LION, targets, hyper);
        this.hyper = hyper;
    }

    @Override
    void update(Target target, List<Tensor> moments, double lr, double decay, double gradientScale) {
        float[] w = target.weights();
        float[] g = target.gradient();
        int at = target.from();
        float[] m = moments.get(0).data();
        float rate = (float) lr;
        float keep = (float) (1 - lr * decay);
        float beta1 = (float) hyper.beta1();
        float beta2 = (float) hyper.beta2();
        float share1 = (float) ((1 - hyper.beta1()) * gradientScale);
        float share2 = (float) ((1 - hyper.beta2()) * gradientScale);
        KernelProvider.kernels().forEachRange(target.size(), (from, to) -> {
            for (int i = from; i < to; i++) {
                w[at + i] = keep * w[at + i] - rate * Math.signum(beta1 * m[i] + share1 * g[at + i]);
                m[i] = beta2 * m[i] + share2 * g[at + i];
            }
        });
    }
}
