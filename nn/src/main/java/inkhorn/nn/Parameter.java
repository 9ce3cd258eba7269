package inkhorn.nn;

import inkhorn.autograd.Tensor;
import java.util.List;

/**
 * A trained tensor under its full name.
 *
 * @param name dotted from the root module, as {@code transformer.h.0.attn.c_attn.weight}
 * @param tensor values and gradient, both for as long as the module lives: no scope owns them
 * @param meaning what it is for, in a few words
 * @param matrices the columns of each matrix that the tensor, (in, sum of them), holds side by side, each of which
 *     multiplies activations: one in most layers, three where queries, keys and values are computed together; empty
 *     for a vector and for a table of which rows are looked up
 */
public record Parameter(String name, Tensor tensor, String meaning, List<Integer> matrices) {

    /** A vector or a table. */
    public Parameter(String name, Tensor tensor, String meaning) {
        this(name, tensor, meaning, List.of());
    }

    /** Whether it multiplies activations. */
    public boolean isMatrix() {
        return !matrices.isEmpty();
    }
}
