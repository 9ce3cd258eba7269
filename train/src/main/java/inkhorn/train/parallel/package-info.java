/**
 * One training by several processes: what they send each other, how the gradients of micro-batches are added, and which
 * process updates which weights. Nothing here knows how messages travel: {@link inkhorn.train.parallel.Ranks} is what
 * the others stand on, and {@code inkhorn.mpi} is one of its kinds.
 */
package inkhorn.train.parallel;
