/**
 * Training, in three layers. {@link inkhorn.train.TrainStep} makes one update and needs no config and no files.
 * {@link inkhorn.train.Trainer} is a loop of steps and evaluations that reports events to a listener.
 * {@link inkhorn.train.Run} is the listener that saves a run on disk, from which it can be resumed. Other classes
 * support these layers: initial weights, the warm-up of the compiler, the meter of the machine's peak, and the
 * comparison with PyTorch ({@link inkhorn.train.Parity}).
 */
package inkhorn.train;
