package inkhorn.cli.terminal;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.config.TrainConfig;
import inkhorn.train.Evaluation;
import inkhorn.train.TrainEvent;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/** Shows how far a run is: a bar on a terminal, plain lines in a pipe. */
public abstract class Progress implements Consumer<TrainEvent>, AutoCloseable {

    /** Share of the steps before in the speed that is shown. */
    private static final double SMOOTHING = 0.9;

    private double tokensPerSecond;

    /**
     * A bar where somebody is watching this process, else lines.
     *
     * @param from step the run starts or goes on from
     */
    public static Progress open(long from, TrainConfig train, PrintStream out) {
        LongUnaryOperator work = train.batchSchedule()::sequences;
        long total = train.maxIters();
        return Terminal.isInteractive() ? new ProgressLine(from, total, work, out)
                : new PlainProgress(from, total, work, train.logInterval(), out, System::nanoTime);
    }

    @Override
    public final void accept(TrainEvent event) {
        if (event instanceof TrainEvent.Stepped done) {
            step(smoothed(done));
        } else if (event instanceof TrainEvent.Evaluating now) {
            evaluating(now.step(), now.done(), now.total());
        } else if (event instanceof TrainEvent.Evaluated evaluated && evaluated.losses().isFinite()) {
            Evaluation.Losses losses = evaluated.losses();
            line(String.format(Locale.ROOT, "step %d  train loss %.4f  validation loss %.4f (%.4f bits per byte)%s%s",
                    losses.step(), losses.trainLoss(), losses.valLoss(), losses.valBitsPerByte(),
                    Double.isNaN(losses.rawValLoss()) ? "" : String.format(Locale.ROOT, "  not averaged %.4f",
                            losses.rawValLoss()),
                    evaluated.best() ? "  (best)" : ""));
        } else if (event instanceof TrainEvent.Sampled sampled) {
            line("---\n" + sampled.text().strip() + "\n---");
        } else if (event instanceof TrainEvent.Saving saving) {
            saving(saving.step());
        } else if (event instanceof TrainEvent.Saved saved) {
            line("saved " + saved.directory());
        } else if (event instanceof TrainEvent.PeakMeasured peak) {
            int threads = KernelProvider.kernels().threads();
            line(String.format(Locale.ROOT, "peak     %.1f GFLOP/s measured on %d %s", peak.flopsPerSecond() * 1e-9,
                    threads, threads == 1 ? "thread" : "threads"));
        }
    }

    /** The step with the speed of the last steps. */
    private TrainEvent.Stepped smoothed(TrainEvent.Stepped done) {
        tokensPerSecond = tokensPerSecond == 0 ? done.tokensPerS()
                : SMOOTHING * tokensPerSecond + (1 - SMOOTHING) * done.tokensPerS();
        double share = done.peakShare() * tokensPerSecond / done.tokensPerS();
        return new TrainEvent.Stepped(done.step(), done.loss(), done.lr(), done.gradNorm(), done.stepMs(),
                tokensPerSecond, share, done.waitShare());
    }

    /**
     * Shows a step that is done.
     *
     * @param step its tokens a second and its share of the machine's peak are those of the last steps; the share is NaN
     *     where it is not known
     */
    abstract void step(TrainEvent.Stepped step);

    /** An evaluation goes on; to be called before each of its batches. */
    abstract void evaluating(long step, long done, long total);

    /** A checkpoint is being written. */
    abstract void saving(long step);

    /**
     * What both kinds of progress show of a step: that of it which does not change with the machine, then its speed.
     */
    static String describe(TrainEvent.Stepped step, long total) {
        return String.format(Locale.ROOT, "step %d/%d  loss %.4f  lr %.2e  grad norm %.2f  %s", step.step(), total,
                step.loss(), step.lr(), step.gradNorm(), speed(step));
    }

    /** The speed of the last steps. */
    static String speed(TrainEvent.Stepped step) {
        String share = Double.isNaN(step.peakShare()) ? "" : String.format(Locale.ROOT, "  %.0f %% of peak",
                100 * step.peakShare());
        String waited = Double.isNaN(step.waitShare()) ? "" : String.format(Locale.ROOT, "  %.0f %% waiting",
                100 * step.waitShare());
        return String.format(Locale.ROOT, "%,.0f tokens/s%s%s", step.tokensPerS(), share, waited);
    }

    /** Prints text that stays: lines of an evaluation, a sample. It may have several lines. */
    public abstract void line(String text);

    /** Leaves the cursor on a new line. */
    @Override
    public abstract void close();
}
