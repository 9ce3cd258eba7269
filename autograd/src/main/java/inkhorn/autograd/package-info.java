/**
 * Reverse-mode automatic differentiation: tensors, the ops that made them, the backward pass over the graph, and the
 * scopes that own the arrays of a step. Ops are in {@code ops}, arithmetic on arrays in {@code kernel}.
 */
package inkhorn.autograd;
