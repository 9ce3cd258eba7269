package inkhorn.cli.terminal;

import inkhorn.train.RunLog;
import java.io.PrintStream;
import java.util.Locale;

/** Shows how far a run is: a bar on a terminal, plain lines in a pipe. */
public abstract class Progress implements AutoCloseable {

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
     * A step is done; to be called after each.
     *
     * @param step its tokens a second and its share of the machine's peak are those of the last steps; the share is NaN where it is not known
     */
    public abstract void step(RunLog.Train step);

    /** An evaluation goes on; to be called before each of its batches. */
    public abstract void evaluating(long step, long done, long total);

    /** A checkpoint is being written. */
    public abstract void saving(long step);

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
