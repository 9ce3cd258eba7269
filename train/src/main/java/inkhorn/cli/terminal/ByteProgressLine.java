package inkhorn.cli.terminal;

import inkhorn.data.ByteProgress;
import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows downloads and preparations, phase by phase: a bar on a terminal, plain lines in a pipe, and nothing for phases
 * that take only a moment.
 */
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
        return Terminal.isInteractive() ? new Bar(out, stopCheck) : plain(out, stopCheck, MOMENT_NANOS);
    }

    public static ByteProgressLine plain(PrintStream out, Runnable stopCheck, long momentNanos) {
        return new Plain(out, stopCheck, momentNanos);
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

    /** A decimal unit of bytes in which progress is counted. */
    enum Unit {

        BYTE("B", 1), KILOBYTE("kB", 1_000), MEGABYTE("MB", 1_000_000);

        /** So that whole numbers move at least once for each percent. */
        private static final int LEAST_COUNT = 100;

        private final String symbol;
        private final int bytes;

        Unit(String symbol, int bytes) {
            this.symbol = symbol;
            this.bytes = bytes;
        }

        /** The largest unit of which {@code total} bytes are at least a hundred. */
        static Unit of(long total) {
            return total >= (long) LEAST_COUNT * MEGABYTE.bytes ? MEGABYTE
                    : total >= LEAST_COUNT * KILOBYTE.bytes ? KILOBYTE : BYTE;
        }
    }

    /** A bar on the terminal's last line, with MB/s and time left. */
    private static final class Bar extends ByteProgressLine {

        private static final long BAR_MOMENT_NANOS = 300_000_000L;

        private final PrintStream out;
        private TerminalLine line;
        private ProgressBar bar;

        Bar(PrintStream out, Runnable stopCheck) {
            super(stopCheck, BAR_MOMENT_NANOS);
            this.out = out;
        }

        @Override
        void begin(String what, long total) {
            line = new TerminalLine(out);
            Unit unit = Unit.of(total);
            bar = new ProgressBarBuilder().setTaskName(what).setInitialMax(total).setUnit(" " + unit.symbol, unit.bytes)
                    .showSpeed().setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(500)
                    .setConsumer(line).build();
        }

        @Override
        void show(long done, long total, double seconds) {
            bar.stepTo(done);
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
                line.close();
                bar = null;
            }
        }
    }

    /** A line for each tenth. */
    private static final class Plain extends ByteProgressLine {

        private final PrintStream out;
        private String what = "";
        private long shownTenth;

        Plain(PrintStream out, Runnable stopCheck, long momentNanos) {
            super(stopCheck, momentNanos);
            this.out = out;
        }

        @Override
        void begin(String what, long total) {
            this.what = what;
            shownTenth = 0;
            out.println(what);
        }

        @Override
        void show(long done, long total, double seconds) {
            long tenth = total == 0 ? 10 : done * 10 / total;
            if (tenth > shownTenth) {
                shownTenth = tenth;
                Unit unit = Unit.of(total);
                out.printf(Locale.ROOT, "%s: %d %% of %,d %s  %.1f MB/s  %s left%n", what, tenth * 10,
                        total / unit.bytes, unit.symbol, done * 1e-6 / seconds,
                        PlainProgress.time(Math.round(seconds / done * (total - done))));
            }
        }

        @Override
        public void close() {
            out.flush();
        }
    }
}
