/**
 * Many trainings of one config with other values of some keys: which ones ({@link inkhorn.sweep.SweepFile}), how far
 * each is trained ({@link inkhorn.sweep.Halving}), and what came of it ({@link inkhorn.sweep.SweepLog}). Each training
 * is an ordinary run in a process of its own.
 */
package inkhorn.sweep;
