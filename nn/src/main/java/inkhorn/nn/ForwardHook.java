package inkhorn.nn;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;

/** Receives each step of a forward pass; see {@link Pass#observed}. */
@FunctionalInterface
public interface ForwardHook {
    /** Called for each step, in the order of computation. */
    void on(Step step);

    /**
     * One step of a forward pass.
     *
     * @param name dotted from the root module: of the module that computes it ({@code transformer.h.0.attn.c_attn}),
     *     of an operation in it ({@code transformer.h.0.attn scores}), or of a sum in the residual stream
     *     ({@code transformer.h.0.+ attn})
     * @param shape what is there after it; the shape of the definition, even where the kernels never hold it whole
     * @param meaning what was done, in a few words
     * @param value what was computed, or null where the kernels never hold it whole; it may be reused as soon as the
     *     hook returns, so copy what is to be kept
     */
    record Step(String name, Shape shape, String meaning, Tensor value) {}
}
