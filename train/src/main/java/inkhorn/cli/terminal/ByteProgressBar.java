package inkhorn.cli.terminal;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on the terminal's last line, with MB/s and time left. */
final class ByteProgressBar extends ByteProgressLine {

    private static final long MOMENT_NANOS = 300_000_000L;

    private final PrintStream out;
    private TerminalLine line;
    private ProgressBar bar;

    ByteProgressBar(PrintStream out, Runnable stopCheck) {
        super(stopCheck, MOMENT_NANOS);
        this.out = out;
    }

    @Override
    void begin(String what, long total) {
        line = new TerminalLine(out);
        ByteUnit unit = ByteUnit.of(total);
        bar = new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(total)
                .setUnit(" " + unit.symbol(), unit.bytes())
                .showSpeed()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .setConsumer(line)
                .build();
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
