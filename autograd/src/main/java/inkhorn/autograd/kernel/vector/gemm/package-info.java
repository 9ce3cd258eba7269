/** Matrix products: packing of operands, micro-kernels for each shape of registers, and products of few rows. */
package inkhorn.autograd.kernel.vector.gemm;
