package inkhorn.optim;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Updates parameters by their gradients, and keeps the moments that this takes. A subclass says how one parameter is
 * updated; names, saving and restoring of the moments are the same for all of them and are done here.
 */
public abstract class Optimizer {
    private final Optimizers kind;
    private final List<Slot> slots = new ArrayList<>();
    private long steps;

    /** A parameter with its moments, in the order of {@link Optimizers#moments}. */
    private record Slot(Parameter parameter, List<Tensor> moments, double lrScale, double decay) {}

    /**
     * All moments are zero at first; a frozen parameter has none and is not updated.
     *
     * @param groups of parameters, by their names
     */
    Optimizer(Optimizers kind, List<Parameter> parameters, Hyperparameters hyper, Map<String, ParameterGroup> groups) {
        this.kind = kind;
        for (Parameter parameter : parameters.stream().filter(p -> p.tensor().needsGrad()).toList()) {
            Shape shape = parameter.tensor().shape();
            ParameterGroup group = groups.getOrDefault(parameter.name(), ParameterGroup.USUAL);
            slots.add(new Slot(parameter, kind.moments(parameter).stream()
                    .map(name -> Tensor.variable(shape)).toList(), group.lrScale(),
                    group.decay(parameter.tensor(), hyper)));
        }
    }

    /** Forgets the gradients: the next backward pass starts new sums. */
    public final void zeroGrad() {
        slots.forEach(slot -> slot.parameter.tensor().zeroGrad());
    }

    /**
     * Updates every parameter that has a gradient.
     *
     * @param lr            the learning rate of this step
     * @param gradientScale what gradients are multiplied by first: {@link GradClip#factor()}, or 1
     */
    public final void step(double lr, double gradientScale) {
        steps++;
        for (Slot slot : slots) {
            if (slot.parameter.tensor().grad() != null) {
                update(slot.parameter, slot.moments, lr * slot.lrScale, slot.decay, gradientScale);
            }
        }
    }

    /**
     * Updates one parameter in place.
     *
     * @param parameter one that has a gradient
     * @param moments the parameter's moments, to be updated in place too
     * @param decay   decoupled weight decay, of this parameter
     */
    abstract void update(Parameter parameter, List<Tensor> moments, double lr, double decay, double gradientScale);

    /** The number of steps made, the present one included; saved together with {@link #state()}. */
    public final long steps() {
        return steps;
    }

    /**
     * The moments as {@code <parameter>.<moment>}, each in its parameter's shape, in the order of the parameters. These
     * are the live tensors, not copies.
     */
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Slot slot : slots) {
            List<String> names = kind.moments(slot.parameter);
            for (int i = 0; i < slot.moments.size(); i++) {
                state.put(slot.parameter.name() + "." + names.get(i), slot.moments.get(i));
            }
        }
        return state;
    }

    /**
     * Copies in a state that {@link #state()} and {@link #steps()} gave.
     *
     * @throws IllegalArgumentException listing all names that are missing, unexpected or of another shape; nothing is
     *     changed then
     */
    public final void restore(Map<String, Tensor> saved, long savedSteps) {
        Map<String, Tensor> own = state();
        check(own, saved, savedSteps);
        own.forEach((name, tensor) -> System.arraycopy(saved.get(name).data(), 0, tensor.data(), 0, tensor.size()));
        steps = savedSteps;
    }

    private static void check(Map<String, Tensor> own, Map<String, Tensor> saved, long savedSteps) {
        List<String> wrong = new ArrayList<>();
        own.forEach((name, tensor) -> {
            Shape found = saved.containsKey(name) ? saved.get(name).shape() : null;
            if (found == null) {
                wrong.add(name + " is missing");
            } else if (!found.equals(tensor.shape())) {
                wrong.add(name + " is " + found + " where " + tensor.shape() + " is needed");
            }
        });
        saved.keySet().stream().filter(name -> !own.containsKey(name))
                .forEach(name -> wrong.add(name + " is unexpected"));
        if (savedSteps < 0) {
            wrong.add("the number of steps is negative: " + savedSteps);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("optimizer state does not fit the model; " + String.join("; ", wrong));
        }
    }
}
