package inkhorn.cli;

import inkhorn.data.ByteProgress;
import java.io.PrintStream;
import java.util.function.BooleanSupplier;

/** Shows downloads and preparations, phase by phase: a bar on a terminal, plain lines in a pipe, nothing of what takes a moment. */
abstract class ByteProgressLine implements ByteProgress, AutoCloseable {

    private static final long MOMENT_NANOS = 1_000_000_000L;

    private final BooleanSupplier stopRequested;
    private final long momentNanos;
    private String phase = "";
    private long began = System.nanoTime();
    private boolean shown;

    ByteProgressLine(BooleanSupplier stopRequested, long momentNanos) {
        this.stopRequested = stopRequested;
        this.momentNanos = momentNanos;
    }

    /** That the user asked to stop, so that whatever is going on unwinds and leaves nothing behind. */
    static final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped", null, false, false);
        }
    }

    /**
     * A bar where somebody is watching this process, else lines.
     *
     * @param stopRequested asked now and then; {@link Stopped} is thrown out of the work when it says yes
     */
    static ByteProgressLine open(PrintStream out, BooleanSupplier stopRequested) {
        return Terminal.isInteractive() ? new ByteProgressBar(out, stopRequested) : plain(out, stopRequested, MOMENT_NANOS);
    }

    static ByteProgressLine plain(PrintStream out, BooleanSupplier stopRequested, long momentNanos) {
        return new PlainByteProgress(out, stopRequested, momentNanos);
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
        if (stopRequested.getAsBoolean()) {
            throw new Stopped();
        }
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

    /** A phase is worth showing. */
    abstract void begin(String what, long total);

    /** How far it is. */
    abstract void show(long done, long total, double seconds);

    /** Leaves the cursor on a new line. */
    @Override
    public abstract void close();
}
