package inkhorn.cli.terminal;

import java.io.PrintStream;
import java.util.Locale;

/** A line for each tenth. */
final class PlainByteProgress extends ByteProgressLine {

    private final PrintStream out;
    private String what = "";
    private long shownTenth;

    PlainByteProgress(PrintStream out, Runnable stopCheck, long momentNanos) {
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
            ByteUnit unit = ByteUnit.of(total);
            out.printf(Locale.ROOT, "%s: %d %% of %,d %s  %.1f MB/s  %s left%n", what, tenth * 10, total / unit.bytes(), unit.symbol(),
                    done * 1e-6 / seconds,
                    PlainProgress.time(Math.round(seconds / done * (total - done))));
        }
    }

    @Override
    public void close() {
        out.flush();
    }
}
