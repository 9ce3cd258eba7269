/** The team of threads that runs short parallel loops. */
package inkhorn.autograd.kernel.vector.workers;
