package inkhorn.train;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.AdamWStep;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): one fused pass over memory a parameter.
 * Decay is for tensors of rank 2 and more; biases and layer norms keep theirs.
 */
public final class AdamW {

    private static final String FIRST = ".exp_avg";
    private static final String SECOND = ".exp_avg_sq";

    private final Hyperparameters hyper;
    private final List<Slot> slots = new ArrayList<>();
    private long steps;

    /**
     * What stays the same from step to step.
     *
     * @param beta1 decay of the mean of gradients, in [0, 1)
     * @param beta2 decay of the mean of their squares, in [0, 1)
     * @param eps added to the root of the second
     * @param weightDecay share of a weight that a step of rate 1 takes away
     */
    public record Hyperparameters(double beta1, double beta2, double eps, double weightDecay) {

        /** @throws IllegalArgumentException naming the value that is out of range */
        public Hyperparameters {
            if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
                throw new IllegalArgumentException(
                        "beta1 and beta2 must be at least 0 and below 1, found " + beta1 + " and " + beta2);
            }
            if (!(eps > 0) || !(weightDecay >= 0)) {
                throw new IllegalArgumentException(
                        "eps must be above 0 and weight_decay at least 0, found " + eps + " and " + weightDecay);
            }
        }
    }

    /** A parameter with the running means of its gradient (m) and of its square (v). */
    private record Slot(Parameter parameter, float[] m, float[] v) {
    }

    public AdamW(List<Parameter> parameters, Hyperparameters hyper) {
        this.hyper = hyper;
        for (Parameter parameter : parameters) {
            int size = parameter.tensor().size();
            slots.add(new Slot(parameter, new float[size], new float[size]));
        }
    }

    /**
     * One update of every parameter that has a gradient.
     *
     * @param lr the step's learning rate
     * @param gradientScale what gradients are multiplied by first: {@link GradClip#factor()}, or 1
     */
    public void step(double lr, double gradientScale) {
        steps++;
        float correction1 = (float) (1 - StrictMath.pow(hyper.beta1, steps));
        float correction2 = (float) (1 - StrictMath.pow(hyper.beta2, steps));
        for (Slot slot : slots) {
            Tensor weights = slot.parameter.tensor();
            if (weights.grad() != null) {
                double decay = weights.shape().rank() >= 2 ? hyper.weightDecay : 0;
                AdamWStep numbers = new AdamWStep((float) lr, (float) hyper.beta1, (float) hyper.beta2, (float) hyper.eps,
                        (float) decay, (float) gradientScale, correction1, correction2);
                KernelProvider.kernels()
                        .adamW(numbers, weights.data(), weights.grad(), slot.m, slot.v, weights.size());
            }
        }
    }

    /** Forgets the gradients: the next backward pass starts sums of its own. */
    public void zeroGrad() {
        slots.forEach(slot -> slot.parameter.tensor().zeroGrad());
    }

    /** How many updates were made; kept with {@link #state()}. */
    public long steps() {
        return steps;
    }

    /**
     * The running means, {@code <parameter>.exp_avg} and {@code <parameter>.exp_avg_sq}, each in its parameter's shape, in
     * the order of the parameters. The live arrays, not copies.
     */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (Slot slot : slots) {
            int[] dims = slot.parameter.tensor().shape().dims();
            state.put(slot.parameter.name() + FIRST, Tensor.of(slot.m, dims));
            state.put(slot.parameter.name() + SECOND, Tensor.of(slot.v, dims));
        }
        return state;
    }

    /**
     * Goes on from a state that {@link #state()} and {@link #steps()} gave.
     *
     * @throws IllegalArgumentException listing all names that are missing, unexpected or of another shape; nothing is
     *     changed then
     */
    public void restore(Map<String, Tensor> saved, long savedSteps) {
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
        saved.keySet().stream().filter(name -> !own.containsKey(name)).forEach(name -> wrong.add(name + " is unexpected"));
        if (savedSteps < 0) {
            wrong.add("the number of steps is negative: " + savedSteps);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("optimizer state does not fit the model; " + String.join("; ", wrong));
        }
    }
}
