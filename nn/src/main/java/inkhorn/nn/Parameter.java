package inkhorn.nn;

import inkhorn.autograd.Tensor;

/**
 * A trained tensor under its full name.
 *
 * @param name dotted from the root module, as {@code transformer.h.0.attn.c_attn.weight}
 * @param tensor values and gradient, both for as long as the module lives: no scope owns them
 * @param meaning what it is for, in a few words
 */
public record Parameter(String name, Tensor tensor, String meaning) {}
