/**
 * Functions of vectors, which the compiler always inlines, and loops over arrays that call them, which it never does
 * (docs/adr/006); the work arrays of a thread.
 */
package inkhorn.autograd.kernel.vector.loops;
