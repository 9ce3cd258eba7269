/** Each kernel by itself, at the sizes that training a model calls it with, under JMH. */
package inkhorn.bench.kernels;
