/**
 * The back end on the JDK's Vector API. This package cuts the work into tasks and computes attention; matrix products
 * are in {@code gemm}, loops over arrays in {@code loops}, threads in {@code workers}. {@code PeakProbe} measures what
 * the machine can do with the same code.
 */
package inkhorn.autograd.kernel.vector;
