package inkhorn.nn;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;
import inkhorn.autograd.ops.FusedLinear;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code y = f(x · W + b)}; W is (in, out), as in GPT-2's Conv1D. Zero until initialised or loaded. */
public final class Linear extends Module {
    private final Tensor weight;
    private final Tensor bias;
    private final Unary function;
    private Adapter adapter;

    /** A term of low rank that is added to {@code x · W + b} before f; see {@code inkhorn.nn.lora}. */
    public interface Adapter {
        /** From (…, in) to (…, r). */
        Tensor low(Tensor x, Pass pass);

        /** What the low part is multiplied by, (r, out). */
        Tensor up();

        /** The modules with its parameters, by the names that they get beside {@code weight} and {@code bias}. */
        Map<String, Linear> parts();

        /** One of the same sizes, its parameters to be loaded. */
        Adapter alike();
    }

    /** @param function f, computed with the product in one pass, or null for none */
    public Linear(int in, int out, boolean bias, Unary function) {
        this(in, List.of(out), bias, function);
    }

    private Linear(int in, List<Integer> outs, boolean bias, Unary function) {
        this.weight = matrices("weight", in, outs);
        this.bias = bias ? parameter("bias", "bias", weight.shape().last()) : null;
        this.function = function;
    }

    /** Several layers without f in one product: their outputs stand one behind the other. */
    static Linear sideBySide(int in, List<Integer> outs, boolean bias) {
        return new Linear(in, outs, bias, null);
    }

    /** From (…, in) to (…, out). */
    public Tensor forward(Tensor x, Pass pass) {
        return adapter == null ? FusedLinear.apply(x, weight, bias, function)
                : FusedLinear.apply(x, weight, bias, adapter.low(x, pass), adapter.up(), function);
    }

    /**
     * Adds a term from now on and registers its parameters.
     *
     * @throws IllegalArgumentException when there is one already
     */
    public void adapt(Adapter added) {
        added.parts().forEach((name, part) -> child(name, "low-rank adapter", part));
        adapter = added;
    }

    public Optional<Adapter> adapter() {
        return Optional.ofNullable(adapter);
    }

    /** W, (in, out). */
    public Tensor weight() {
        return weight;
    }
}
