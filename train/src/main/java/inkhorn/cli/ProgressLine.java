package inkhorn.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on the terminal's last line, with loss, tokens/s and time left. */
final class ProgressLine extends Progress {

    // The bar is drawn twice a second; a message made more often is never seen.
    private static final long MESSAGE_NANOS = 200_000_000L;

    private final TerminalLine line;
    private final ProgressBar bar;
    private long lastMessage = System.nanoTime() - MESSAGE_NANOS;

    ProgressLine(long from, long total, PrintStream out) {
        line = new TerminalLine(out);
        bar = new ProgressBarBuilder()
                .setInitialMax(total)
                .startsFrom(from, Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .setConsumer(line)
                .build();
    }

    @Override
    public void step(long step, double loss, double tokensPerSecond, double peakShare) {
        bar.stepTo(step);
        long now = System.nanoTime();
        if (now - lastMessage >= MESSAGE_NANOS) {
            lastMessage = now;
            bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f  %s", loss, speed(tokensPerSecond, peakShare)));
        }
    }

    @Override
    public void line(String text) {
        line.above(text);
    }

    @Override
    public void close() {
        bar.close();
        // The bar's thread may not have come by yet, and then comes too late.
        line.close();
    }
}
