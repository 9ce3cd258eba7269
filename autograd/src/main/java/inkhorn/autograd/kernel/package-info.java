/**
 * The contract of all arithmetic on arrays, {@link inkhorn.autograd.kernel.Kernels}, with the types of its arguments,
 * and the list of back ends that implement it. Nothing but {@link inkhorn.autograd.kernel.Backend} names one of them.
 */
package inkhorn.autograd.kernel;
