/**
 * Continuous batching: the texts of many askers grow in one {@link inkhorn.generate.TextBatch}, join it while it runs
 * and leave it when they end. {@link inkhorn.generate.batching.ContinuousBatch} takes orders from any thread and is
 * stepped by one.
 */
package inkhorn.generate.batching;
