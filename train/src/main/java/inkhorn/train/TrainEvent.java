package inkhorn.train;

import inkhorn.autograd.Tensor;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.nn.LanguageModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An event of a training. A {@link Trainer} reports events to its listener on the training thread, between steps and
 * during evaluations; a {@link Run} adds {@link Saving} and {@link Saved}.
 */
public sealed interface TrainEvent {

    /**
     * The machine's peak was measured; later steps have their share of it.
     *
     * @param flopsPerSecond in float32 operations
     */
    record PeakMeasured(double flopsPerSecond) implements TrainEvent {
    }

    /**
     * A step is done.
     *
     * @param step       steps done, this one included
     * @param loss       mean cross-entropy of its batch, in nats a token
     * @param lr         learning rate it was made with
     * @param gradNorm   global norm of the gradients before clipping
     * @param stepMs     wall time of the step in milliseconds
     * @param tokensPerS training tokens a second
     * @param peakShare  share of the machine's peak that the step made use of, 1 being all of it; NaN where no peak was
     *                   measured
     * @param waitShare  share of the step in which this process waited for others; NaN where it is alone
     */
    record Stepped(long step, double loss, double lr, double gradNorm, double stepMs, double tokensPerS,
                   double peakShare, double waitShare) implements TrainEvent, RunRecord {

        /** Of a process that is alone. */
        public Stepped(long step, double loss, double lr, double gradNorm, double stepMs, double tokensPerS,
                       double peakShare) {
            this(step, loss, lr, gradNorm, stepMs, tokensPerS, peakShare, Double.NaN);
        }
    }

    /** An evaluation of this step is going on; {@code done} of its {@code total} batches are measured. */
    record Evaluating(long step, long done, long total) implements TrainEvent {
    }

    /** The losses were measured, which may not be finite; {@code best} when no validation loss was lower before. */
    record Evaluated(Evaluation.Losses losses, boolean best) implements TrainEvent {
    }

    /** A short text was written, at the evaluation of this step. */
    record Sampled(long step, String text) implements TrainEvent, RunRecord {
    }

    /**
     * It is time for a checkpoint of this state: of a step that was none before, or to keep the best one. Where the
     * weights are averaged, the model holds the average for as long as the listener takes.
     *
     * @param moments the optimizer's, to be asked for in their order, each once: they may come from other processes
     * @param raw  the trained weights then, by the names of the parameters; empty where nothing is averaged
     * @param best whether the validation loss of this step is the lowest yet
     */
    record CheckpointDue(RunState state, LanguageModel model, List<NamedTensor> moments, Map<String, Tensor> raw,
                         boolean best) implements TrainEvent {
    }

    /** A checkpoint is about to be written. */
    record Saving(long step) implements TrainEvent {
    }

    /** A checkpoint is whole on disk. */
    record Saved(long step, Path directory) implements TrainEvent {
    }
}
