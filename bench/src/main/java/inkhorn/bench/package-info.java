/**
 * What several benchmarks share: the models that are measured, kernels that time themselves, statistics, and what the
 * machine is.
 */
package inkhorn.bench;
