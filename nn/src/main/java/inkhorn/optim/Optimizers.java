package inkhorn.optim;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Every optimizer that a config can name under {@code optim.optimizer}. All that the rest of the program knows of an
 * optimizer stands here: how it is made, the moments that it keeps for each parameter, the hyperparameters that it
 * reads, and their defaults.
 */
public enum Optimizers {
    /** See {@link AdamW}; the defaults are those of nanoGPT's {@code train.py}. */
    ADAMW(AdamW::new, parameter -> false,
            parameter -> List.of("exp_avg", "exp_avg_sq"),
            List.of("beta1", "beta2", "eps", "weight_decay"), new Hyperparameters(0.9, 0.95, 1e-8, 0.1)),

    /** See {@link Lion}; the decay rates are the paper's. */
    LION(Lion::new, parameter -> false, parameter -> List.of("exp_avg"), List.of("beta1", "beta2", "weight_decay"),
            new Hyperparameters(0.9, 0.99, 1e-8, 0.1)),

    /** See {@link Muon}; the momentum is the paper's, and what is no matrix has AdamW's moments and defaults. */
    MUON(Muon::new, Parameter::isMatrix,
            parameter -> parameter.isMatrix() ? List.of("momentum_buffer") : List.of("exp_avg", "exp_avg_sq"),
            List.of("beta1", "beta2", "eps", "weight_decay", "muon_momentum"),
            new Hyperparameters(0.9, 0.95, 1e-8, 0.1));

    private final Factory factory;
    private final Predicate<Parameter> whole;
    private final Function<Parameter, List<String>> moments;
    private final List<String> hyperparameters;
    private final Hyperparameters defaults;

    Optimizers(Factory factory, Predicate<Parameter> whole, Function<Parameter, List<String>> moments,
            List<String> hyperparameters, Hyperparameters defaults) {
        this.factory = factory;
        this.whole = whole;
        this.moments = moments;
        this.hyperparameters = hyperparameters;
        this.defaults = defaults;
    }

    @FunctionalInterface
    private interface Factory {
        Optimizer create(Hyperparameters hyper, List<Target> targets);
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
        return create(hyper, Target.all(parameters, groups));
    }

    /** Of these targets, each of another parameter. */
    public Optimizer create(Hyperparameters hyper, List<Target> targets) {
        return factory.create(hyper, targets);
    }

    /**
     * Whether a parameter is updated as a whole, such as a matrix that is made orthogonal, and not each element by
     * itself.
     */
    public boolean updatesWhole(Parameter parameter) {
        return whole.test(parameter);
    }

    /**
     * The names, after the parameter's own and a dot, of the tensors that the optimizer keeps for a parameter, each in
     * the parameter's shape.
     */
    public List<String> moments(Parameter parameter) {
        return moments.apply(parameter);
    }

    /** The shapes of {@link Optimizer#state} for all that is trained of these parameters. */
    public Map<String, Shape> shapes(List<Parameter> parameters) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        parameters.stream().filter(p -> p.tensor().needsGrad()).forEach(p -> moments(p)
                .forEach(moment -> shapes.put(p.name() + "." + moment, p.tensor().shape())));
        return shapes;
    }

    /**
     * Requires a state that was saved to be one of an optimizer with these shapes.
     *
     * @throws IllegalArgumentException listing all names that are missing, unexpected or of another shape
     */
    public static void requireFits(Map<String, Shape> shapes, Map<String, Tensor> saved, long savedSteps) {
        List<String> wrong = new ArrayList<>();
        shapes.forEach((name, shape) -> {
            Shape found = saved.containsKey(name) ? saved.get(name).shape() : null;
            if (found == null) {
                wrong.add(name + " is missing");
            } else if (!found.equals(shape)) {
                wrong.add(name + " is " + found + " where " + shape + " is needed");
            }
        });
        saved.keySet().stream().filter(name -> !shapes.containsKey(name))
                .forEach(name -> wrong.add(name + " is unexpected"));
        if (savedSteps < 0) {
            wrong.add("the number of steps is negative: " + savedSteps);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("optimizer state does not fit the model; " + String.join("; ", wrong));
        }
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
