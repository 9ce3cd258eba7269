package inkhorn.train;

import java.nio.file.Path;

/** Hears what happens in a run, to show it; called on the training thread, between steps and within evaluations. */
public interface TrainListener {

    /** The machine's peak was measured, once in a run, in float32 operations a second; later steps have their share of it. */
    void peakMeasured(double flopsPerSecond);

    /** A step is done. */
    void stepped(RunLog.Train step);

    /** An evaluation of this step is going on; {@code done} of its batches are measured. */
    void evaluating(long step, long done, long total);

    /** The losses were measured; {@code best} when no validation loss was lower before. */
    void evaluated(RunLog.Eval eval, boolean best);

    /** A short text was written, at an evaluation. */
    void sampled(String text);

    /** A checkpoint is about to be written. */
    void saving(long step);

    /** A checkpoint is whole on disk. */
    void saved(long step, Path directory);
}
