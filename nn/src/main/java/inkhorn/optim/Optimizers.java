package inkhorn.optim;

import inkhorn.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Every optimizer that a config can name under {@code optim.optimizer}. All that the rest of the program knows of an
 * optimizer stands here: how it is made, the moments that it keeps for each parameter, the hyperparameters that it
 * reads, and their defaults.
 */
public enum Optimizers {
    /** See {@link AdamW}; the defaults are those of nanoGPT's {@code train.py}. */
    ADAMW(AdamW::new, parameter -> List.of("exp_avg", "exp_avg_sq"),
            List.of("beta1", "beta2", "eps", "weight_decay"), new Hyperparameters(0.9, 0.95, 1e-8, 0.1)),

    /** See {@link Lion}; the decay rates are the paper's. */
    LION(Lion::new, parameter -> List.of("exp_avg"), List.of("beta1", "beta2", "weight_decay"),
            new Hyperparameters(0.9, 0.99, 1e-8, 0.1)),

    /** See {@link Muon}; the momentum is the paper's, and what is no matrix has AdamW's moments and defaults. */
    MUON(Muon::new,
            parameter -> parameter.isMatrix() ? List.of("momentum_buffer") : List.of("exp_avg", "exp_avg_sq"),
            List.of("beta1", "beta2", "eps", "weight_decay", "muon_momentum"),
            new Hyperparameters(0.9, 0.95, 1e-8, 0.1));

    private final Factory factory;
    private final Function<Parameter, List<String>> moments;
    private final List<String> hyperparameters;
    private final Hyperparameters defaults;

    Optimizers(Factory factory, Function<Parameter, List<String>> moments, List<String> hyperparameters,
            Hyperparameters defaults) {
        this.factory = factory;
        this.moments = moments;
        this.hyperparameters = hyperparameters;
        this.defaults = defaults;
    }

    @FunctionalInterface
    private interface Factory {
        Optimizer create(List<Parameter> parameters, Hyperparameters hyper, Map<String, ParameterGroup> groups);
    }

    /** A fresh optimizer of these parameters, before its first step. */
    public Optimizer create(List<Parameter> parameters, Hyperparameters hyper) {
        return create(parameters, hyper, Map.of());
    }

    /**
     * As above.
     *
     * @param groups of the parameters whose updates are special, by their names
     */
    public Optimizer create(List<Parameter> parameters, Hyperparameters hyper, Map<String, ParameterGroup> groups) {
        return factory.create(parameters, hyper, groups);
    }

    /**
     * The names, after the parameter's own and a dot, of the tensors that the optimizer keeps for a parameter, each in
     * the parameter's shape.
     */
    public List<String> moments(Parameter parameter) {
        return moments.apply(parameter);
    }

    /**
     * The names of the {@link Hyperparameters} that the optimizer reads, as keys of the config section {@code optim}.
     */
    public List<String> hyperparameters() {
        return hyperparameters;
    }

    /** What a config has that leaves them out. */
    public Hyperparameters defaults() {
        return defaults;
    }
}
