/**
 * The back end of plain loops on one thread: the specification of the kernels, and what runs where the Vector API is
 * missing.
 */
package inkhorn.autograd.kernel.scalar;
