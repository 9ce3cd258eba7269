/**
 * MPI, called through JNA: how its library is found, its few functions that are used, and the processes of a training
 * as {@link inkhorn.train.parallel.Ranks} on top of them. Open MPI and MPICH have other handles and the same functions.
 */
package inkhorn.mpi;
