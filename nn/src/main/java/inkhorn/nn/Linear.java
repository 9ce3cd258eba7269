package inkhorn.nn;

import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Unary;
import inkhorn.autograd.ops.FusedLinear;

/** {@code y = f(x · W + b)}; W is (in, out), as in GPT-2's Conv1D. Zero until initialised or loaded. */
public final class Linear extends Module {
    private final Tensor weight;
    private final Tensor bias;
    private final Unary function;

    /** @param function f, computed with the product in one pass, or null for none */
    public Linear(int in, int out, boolean bias, Unary function) {
        this.weight = parameter("weight", in, out);
        this.bias = bias ? parameter("bias", "bias", out) : null;
        this.function = function;
    }

    /** From (…, in) to (…, out). */
    public Tensor forward(Tensor x) {
        return FusedLinear.apply(x, weight, bias, function);
    }
}
