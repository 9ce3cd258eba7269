package inkhorn.cli.terminal;

import inkhorn.data.ByteProgress;
import java.io.PrintStream;

/** Shows downloads and preparations, phase by phase: a bar on a terminal, plain lines in a pipe, nothing of what takes a moment. */
public abstract class ByteProgressLine implements ByteProgress, AutoCloseable {

    private static final long MOMENT_NANOS = 1_000_000_000L;

    private final Runnable stopCheck;
    private final long momentNanos;
    private String phase = "";
    private long began = System.nanoTime();
    private boolean shown;

    ByteProgressLine(Runnable stopCheck, long momentNanos) {
        this.stopCheck = stopCheck;
        this.momentNanos = momentNanos;
    }

    /**
     * A bar where somebody is watching this process, else lines.
     *
     * @param stopCheck called now and then, and may throw to end the work
     */
    public static ByteProgressLine open(PrintStream out, Runnable stopCheck) {
        return Terminal.isInteractive() ? new ByteProgressBar(out, stopCheck) : plain(out, stopCheck, MOMENT_NANOS);
    }

    public static ByteProgressLine plain(PrintStream out, Runnable stopCheck, long momentNanos) {
        return new PlainByteProgress(out, stopCheck, momentNanos);
    }

    @Override
    public final void started(String what) {
        close();
        phase = what;
        began = System.nanoTime();
        shown = false;
    }

    @Override
    public final void bytes(long done, long total) {
        stopCheck.run();
        long nanos = System.nanoTime() - began;
        // What begins by waiting, a download, is shown at once.
        if (!shown && (nanos >= momentNanos && done < total || done == 0)) {
            shown = true;
            begin(phase, total);
        }
        if (shown) {
            show(done, total, nanos * 1e-9);
        }
    }

    @Override
    public final void working() {
        stopCheck.run();
    }

    /** A phase is worth showing. */
    abstract void begin(String what, long total);

    /** How far it is. */
    abstract void show(long done, long total, double seconds);

    /** Leaves the cursor on a new line. */
    @Override
    public abstract void close();
}
