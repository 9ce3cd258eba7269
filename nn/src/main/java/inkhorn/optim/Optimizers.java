package inkhorn.optim;

import inkhorn.nn.Parameter;
import java.util.List;

/**
 * Every optimizer that a config can name under {@code optim.optimizer}. All that the rest of the program knows of an
 * optimizer stands here: how it is made, the moments that it keeps for each parameter, and the hyperparameters that it
 * reads.
 */
public enum Optimizers {

    /** See {@link AdamW}. */
    ADAMW(AdamW::new, List.of("exp_avg", "exp_avg_sq"), List.of("beta1", "beta2", "eps", "weight_decay"));

    private final Factory factory;
    private final List<String> moments;
    private final List<String> hyperparameters;

    Optimizers(Factory factory, List<String> moments, List<String> hyperparameters) {
        this.factory = factory;
        this.moments = moments;
        this.hyperparameters = hyperparameters;
    }

    @FunctionalInterface
    private interface Factory {
        Optimizer create(List<Parameter> parameters, Hyperparameters hyper);
    }

    /** A fresh optimizer of these parameters, before its first step. */
    public Optimizer create(List<Parameter> parameters, Hyperparameters hyper) {
        return factory.create(parameters, hyper);
    }

    /**
     * The names, after the parameter's own and a dot, of the tensors that the optimizer keeps for each parameter, each
     * in the parameter's shape.
     */
    public List<String> moments() {
        return moments;
    }

    /**
     * The names of the {@link Hyperparameters} that the optimizer reads, as keys of the config section {@code optim}.
     */
    public List<String> hyperparameters() {
        return hyperparameters;
    }
}
