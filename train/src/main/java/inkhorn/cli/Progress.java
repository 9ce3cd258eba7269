package inkhorn.cli;

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
        return new PlainProgress(from, total, logInterval, out);
    }

    /**
     * A step is done; to be called after each.
     *
     * @param step            its number, counted from 1
     * @param loss            in nats a token
     * @param tokensPerSecond over the last steps
     * @param peakShare       share of the machine's peak over the same steps; NaN where it is not known
     */
    public abstract void step(long step, double loss, double tokensPerSecond, double peakShare);

    /** The speed, as both kinds of progress show it. */
    static String speed(double tokensPerSecond, double peakShare) {
        String share = Double.isNaN(peakShare) ? "" : String.format(Locale.ROOT, "  %.0f %% of peak", 100 * peakShare);
        return String.format(Locale.ROOT, "%,.0f tokens/s%s", tokensPerSecond, share);
    }

    /** Prints text that stays: lines of an evaluation, a sample. It may have several lines. */
    public abstract void line(String text);

    /** Leaves the cursor on a new line. */
    @Override
    public abstract void close();
}
