package inkhorn.optim;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Parameter;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), in one fused pass over memory for each
 * parameter. It keeps the running means of the gradient, {@code exp_avg}, and of its square, {@code exp_avg_sq}. Only
 * tensors of rank 2 and more decay; biases and the parameters of norms do not.
 */
public final class AdamW extends Optimizer {
    private final Hyperparameters hyper;

    /** With the defaults of {@link Optimizers#ADAMW}. */
    public AdamW(List<Parameter> parameters) {
        this(parameters, Optimizers.ADAMW.defaults());
    }

    /** With the given hyperparameters, all of which it reads. */
    public AdamW(List<Parameter> parameters, Hyperparameters hyper) {
        this(hyper, Target.all(parameters, Map.of()));
    }

    AdamW(Hyperparameters hyper, List<Target> targets) {
        super(Optimizers.ADAMW, targets, hyper);
        this.hyper = hyper;
    }

    @Override
    void update(Target target, List<Tensor> moments, double lr, double decay, double gradientScale) {
        update(target, moments, hyper, steps(), lr, decay, gradientScale);
    }

    /** The update of one target in step {@code steps}, counted from 1. */
    static void update(Target target, List<Tensor> moments, Hyperparameters hyper, long steps, double lr,
                       double decay, double gradientScale) {
        float correction1 = (float) (1 - StrictMath.pow(hyper.beta1(), steps));
        float correction2 = (float) (1 - StrictMath.pow(hyper.beta2(), steps));
        AdamWStep numbers = new AdamWStep((float) lr, (float) hyper.beta1(), (float) hyper.beta2(), (float) hyper.eps(),
                (float) decay, (float) gradientScale, correction1, correction2);
        KernelProvider.kernels().adamW(numbers, target.weights(), target.gradient(), target.from(),
                moments.get(0).data(), moments.get(1).data(), target.size());
    }
}
