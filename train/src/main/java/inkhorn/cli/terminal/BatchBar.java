package inkhorn.cli.terminal;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar that counts batches on a terminal; without a terminal it prints nothing. */
public final class BatchBar implements AutoCloseable {

    private final TerminalLine line;
    private final ProgressBar bar;

    /** @param total batches there will be */
    public BatchBar(String what, long total, PrintStream out) {
        boolean shown = Terminal.isInteractive();
        line = shown ? new TerminalLine(out) : null;
        bar = shown ? new ProgressBarBuilder().setTaskName(what).setInitialMax(total).setUnit(" batches", 1)
                .setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(500).setConsumer(line).build() : null;
    }

    /** @param batches done so far */
    public void done(long batches) {
        if (bar != null) {
            bar.stepTo(batches);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            line.close();
        }
    }
}
