package inkhorn.cli.terminal;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.train.RunLog;
import inkhorn.train.TrainListener;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** Shows how far a run is: a bar on a terminal, plain lines in a pipe. */
public abstract class Progress implements TrainListener, AutoCloseable {

    /** Share of the steps before in the speed that is shown. */
    private static final double SMOOTHING = 0.9;

    private double tokensPerSecond;

    /**
     * A bar where somebody is watching this process, else lines.
     *
     * @param from        step the run starts or goes on from
     * @param total       step it ends with
     * @param logInterval steps between plain lines; 0 = none
     */
    public static Progress open(long from, long total, int logInterval, PrintStream out) {
        return Terminal.isInteractive() ? new ProgressLine(from, total, out) : plain(from, total, logInterval, out);
    }

    static Progress plain(long from, long total, int logInterval, PrintStream out) {
        return new PlainProgress(from, total, logInterval, out, System::nanoTime);
    }

    /**
     * Shows a step that is done.
     *
     * @param step its tokens a second and its share of the machine's peak are those of the last steps; the share is NaN where it is not known
     */
    abstract void step(RunLog.Train step);

    @Override
    public final void stepped(RunLog.Train step) {
        tokensPerSecond = tokensPerSecond == 0 ? step.tokensPerS() : SMOOTHING * tokensPerSecond + (1 - SMOOTHING) * step.tokensPerS();
        double share = step.peakShare() * tokensPerSecond / step.tokensPerS();
        step(new RunLog.Train(step.step(), step.loss(), step.lr(), step.gradNorm(), step.stepMs(), tokensPerSecond, share));
    }

    @Override
    public final void peakMeasured(double flopsPerSecond) {
        int threads = KernelProvider.kernels().threads();
        line(String.format(Locale.ROOT, "peak     %.1f GFLOP/s measured on %d %s", flopsPerSecond * 1e-9, threads,
                threads == 1 ? "thread" : "threads"));
    }

    @Override
    public final void evaluated(RunLog.Eval eval, boolean best) {
        line(String.format(Locale.ROOT, "step %d  train loss %.4f  validation loss %.4f (%.4f bits per byte)%s",
                eval.step(), eval.trainLoss(), eval.valLoss(), eval.valBitsPerByte(), best ? "  (best)" : ""));
    }

    @Override
    public final void sampled(String text) {
        line("---\n" + text.strip() + "\n---");
    }

    @Override
    public final void saved(long step, Path directory) {
        line("saved " + directory);
    }

    /** What both kinds of progress show of a step: that of it which does not change with the machine, then its speed. */
    static String describe(RunLog.Train step, long total) {
        return String.format(Locale.ROOT, "step %d/%d  loss %.4f  lr %.2e  grad norm %.2f  %s", step.step(), total, step.loss(), step.lr(),
                step.gradNorm(), speed(step));
    }

    /** The speed of the last steps. */
    static String speed(RunLog.Train step) {
        String share = Double.isNaN(step.peakShare()) ? "" : String.format(Locale.ROOT, "  %.0f %% of peak", 100 * step.peakShare());
        return String.format(Locale.ROOT, "%,.0f tokens/s%s", step.tokensPerS(), share);
    }

    /** Prints text that stays: lines of an evaluation, a sample. It may have several lines. */
    public abstract void line(String text);

    /** Leaves the cursor on a new line. */
    @Override
    public abstract void close();
}
