/**
 * Training, in layers: {@link inkhorn.train.TrainStep} makes one update and needs no config and no files;
 * {@link inkhorn.train.Trainer} is a loop of steps and evaluations that tells a listener what happens;
 * {@link inkhorn.train.Run} listens and keeps a run on disk, to be gone on with. Beside them stand what feeds or checks
 * them: initial weights, the warm-up of the compiler, the meter of the machine's peak, and {@link inkhorn.train.Parity}
 * with PyTorch.
 */
package inkhorn.train;
