package inkhorn.cli;

import java.io.PrintStream;
import java.util.Locale;

/** Plain lines, for a pipe or a file. */
final class PlainProgress extends Progress {

    private final long from;
    private final long total;
    private final int logInterval;
    private final PrintStream out;
    private final long started = System.nanoTime();

    PlainProgress(long from, long total, int logInterval, PrintStream out) {
        this.from = from;
        this.total = total;
        this.logInterval = logInterval;
        this.out = out;
    }

    @Override
    public void step(long step, double loss, double tokensPerSecond) {
        if (logInterval > 0 && (step % logInterval == 0 || step == total)) {
            double secondsPerStep = (System.nanoTime() - started) / 1e9 / Math.max(1, step - from);
            line(String.format(Locale.ROOT, "step %d/%d  loss %.4f  %,.0f tokens/s  %s left",
                    step, total, loss, tokensPerSecond, time(Math.round(secondsPerStep * (total - step)))));
        }
    }

    @Override
    public void line(String text) {
        out.println(text);
        out.flush();
    }

    @Override
    public void close() {
        out.flush();
    }

    static String time(long seconds) {
        return seconds < 60 ? seconds + "s"
                : seconds < 3600 ? seconds / 60 + "m " + seconds % 60 + "s"
                : seconds / 3600 + "h " + seconds / 60 % 60 + "m";
    }
}
