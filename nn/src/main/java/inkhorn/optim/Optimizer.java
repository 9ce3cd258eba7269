package inkhorn.optim;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
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

    /** What is updated, with its moments in the order of {@link Optimizers#moments}. */
    private record Slot(Target target, List<Tensor> moments, double decay) {}

    /** All moments are zero at first. */
    Optimizer(Optimizers kind, List<Target> targets, Hyperparameters hyper) {
        this.kind = kind;
        for (Target target : targets) {
            if (!target.isWhole() && kind.updatesWhole(target.parameter())) {
                throw new IllegalArgumentException(kind + " updates " + target.parameter().name() + " only as a whole");
            }
            slots.add(new Slot(target, kind.moments(target.parameter()).stream()
                    .map(name -> Tensor.variable(target.shape())).toList(),
                    target.group().decay(target.parameter().tensor(), hyper)));
        }
    }

    /** Forgets the gradients of what it updates: the next backward pass starts new sums. */
    public final void zeroGrad() {
        slots.forEach(slot -> slot.target.parameter().tensor().zeroGrad());
    }

    /**
     * Updates its part of every parameter that has a gradient.
     *
     * @param lr            the learning rate of this step
     * @param gradientScale what gradients are multiplied by first: {@link GradClip#factor()}, or 1
     */
    public final void step(double lr, double gradientScale) {
        steps++;
        for (Slot slot : slots) {
            if (slot.target.gradient() != null) {
                update(slot.target, slot.moments, lr * slot.target.group().lrScale(), slot.decay, gradientScale);
            }
        }
    }

    /**
     * Updates one parameter, or a part of it, in place.
     *
     * @param target  of a parameter that has a gradient
     * @param moments the target's moments, from index 0, to be updated in place too
     * @param decay   decoupled weight decay, of this parameter
     */
    abstract void update(Target target, List<Tensor> moments, double lr, double decay, double gradientScale);

    /** The number of steps made, the present one included; saved together with {@link #state()}. */
    public final long steps() {
        return steps;
    }

    /**
     * The moments as {@code <parameter>.<moment>}, in the order of the parameters: each in its parameter's shape, or
     * flat for a part of it. These are the live tensors, not copies.
     */
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Slot slot : slots) {
            List<String> names = kind.moments(slot.target.parameter());
            for (int i = 0; i < slot.moments.size(); i++) {
                state.put(slot.target.parameter().name() + "." + names.get(i), slot.moments.get(i));
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
        Map<String, Shape> shapes = new LinkedHashMap<>();
        own.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        Optimizers.requireFits(shapes, saved, savedSteps);
        own.forEach((name, tensor) -> System.arraycopy(saved.get(name).data(), 0, tensor.data(), 0, tensor.size()));
        steps = savedSteps;
    }
}
