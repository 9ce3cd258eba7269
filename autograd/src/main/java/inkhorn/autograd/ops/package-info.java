/**
 * One final class for each differentiable operation, {@code apply} above {@code backward}, and what several of them
 * share. Ops check shapes and call {@link inkhorn.autograd.kernel.Kernels}; they never loop over elements.
 */
package inkhorn.autograd.ops;
