package inkhorn.nn;

import inkhorn.autograd.Tensor;

/**
 * The value {@code stream + dropout(branch)} with its addition still to be made: the next layer norm makes it in its own
 * pass over memory.
 *
 * @param stream (B, T, C)
 * @param branch (B, T, C), or null for the stream alone
 */
record Residual(Tensor stream, Tensor branch) {
}
