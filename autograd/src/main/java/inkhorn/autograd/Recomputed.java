package inkhorn.autograd;

import inkhorn.autograd.kernel.KernelProvider;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * {@code y = part(x)}, of which only x and y are kept: backward runs the part a second time, and then back (Chen et al.
 * 2016, Training deep nets with sublinear memory cost; PyTorch's {@code checkpoint}). The part's own tensors, and the
 * gradients that it leaves in parameters, have the bits that they have without.
 * Shapes: those of the part's inputs and outputs.
 */
public final class Recomputed extends Op {
    private static final ThreadLocal<Boolean> SECOND_RUN = ThreadLocal.withInitial(() -> false);

    private final UnaryOperator<Tensor[]> part;
    private final Tensor[] inputs;
    private Tensor[] outputs;

    private Recomputed(UnaryOperator<Tensor[]> part, Tensor[] inputs) {
        super(inputs);
        this.part = part;
        this.inputs = inputs;
    }

    /**
     * Runs a part of a model; where nothing is recorded, just that.
     *
     * @param part from the inputs to at least one output, whose arrays it has made; it computes the same whenever it is
     *     run, so it draws the same random numbers
     * @param inputs what the part is given; beside them it may read parameters
     * @throws IllegalArgumentException when the part has no output, or hands an input or a parameter on as an output
     */
    public static Tensor[] apply(UnaryOperator<Tensor[]> part, Tensor... inputs) {
        if (NoGrad.active()) {
            return part.apply(inputs);
        }
        Tensor[] made;
        float[][] arrays;
        try (Scope inner = Scope.open(); NoGrad off = NoGrad.open()) {
            made = part.apply(detached(inputs));
            arrays = handOver(made, inner);
        }
        Recomputed op = new Recomputed(part, inputs);
        op.outputs = new Tensor[made.length];
        for (int i = 0; i < made.length; i++) {
            op.outputs[i] = Tensor.over(arrays[i], made[i].shape(), true);
        }
        op.record(op.outputs[0]);
        for (int i = 1; i < made.length; i++) {
            op.recordFurther(op.outputs[i]);
        }
        return op.outputs.clone();
    }

    /** One leaf for each input, and the same one for the same input. */
    private static Tensor[] detached(Tensor[] inputs) {
        Map<Tensor, Tensor> leaves = new IdentityHashMap<>();
        Tensor[] each = new Tensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            each[i] = leaves.computeIfAbsent(inputs[i], Tensor::detached);
        }
        return each;
    }

    private static float[][] handOver(Tensor[] made, Scope inner) {
        if (made.length < 1) {
            throw new IllegalArgumentException("recomputed: at least one output is needed, found none");
        }
        float[][] arrays = new float[made.length][];
        for (int i = 0; i < made.length; i++) {
            arrays[i] = made[i].data();
            if (!inner.handOver(arrays[i])) {
                throw new IllegalArgumentException("recomputed: output " + i + " " + made[i].shape()
                        + " is not an array of its own that an op of the part has made");
            }
        }
        return arrays;
    }

    @Override
    public boolean readsOutput() {
        return false;
    }

    @Override
    protected void backward(float[] grad) {
        if (NoGrad.active()) {
            throw new IllegalStateException("recomputed: backward records the part anew, so it cannot run in a NoGrad");
        }
        Tensor[] leaves = detached(inputs);
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i].needsGrad() && !leaves[i].hasGradArray()) {
                leaves[i].gatherInto(inputs[i].gradSlot());
            }
        }
        try (Scope inner = Scope.open()) {
            Backward.behind(withGradients(secondRun(leaves)));
        }
        for (Tensor leaf : leaves) {
            if (leaf.needsGrad() && leaf.grad() == null) {
                KernelProvider.kernels().fill(leaf.gradSlot().array(), 0, leaf.size());
            }
        }
    }

    private Tensor[] secondRun(Tensor[] leaves) {
        boolean before = SECOND_RUN.get();
        SECOND_RUN.set(true);
        try {
            return part.apply(leaves);
        } finally {
            SECOND_RUN.set(before);
        }
    }

    /** Whether the values of the part's outputs are known, so that they need not be computed. */
    static boolean isSecondRun() {
        return SECOND_RUN.get();
    }

    /** The outputs that a gradient has reached and that need it, with that gradient. */
    private List<Tensor> withGradients(Tensor[] again) {
        List<Tensor> roots = new ArrayList<>();
        for (int i = 0; i < again.length; i++) {
            if (again[i].needsGrad() && outputs[i].grad() != null) {
                again[i].takeGrad(outputs[i].giveUpGrad());
                roots.add(again[i]);
            }
        }
        return roots;
    }
}
