/**
 * Training by several processes: the messages between them, the sum of the gradients of micro-batches, and the
 * assignment of weights to the processes that update them. This package does not depend on how messages are sent: all
 * its classes use the interface {@link inkhorn.train.parallel.Ranks}, which {@code inkhorn.mpi} implements.
 */
package inkhorn.train.parallel;
