package inkhorn.cli;

import java.io.PrintStream;
import java.util.Locale;

/** Plain lines, for a pipe or a file. */
final class PlainProgress extends Progress {

    private final long total;
    private final int logInterval;
    private final PrintStream out;
    private long lastStep;
    private long lastTime = System.nanoTime();

    PlainProgress(long from, long total, int logInterval, PrintStream out) {
        lastStep = from;
        this.total = total;
        this.logInterval = logInterval;
        this.out = out;
    }

    @Override
    public void step(long step, double loss, double tokensPerSecond, double peakShare) {
        if (logInterval > 0 && (step % logInterval == 0 || step == total)) {
            // Since the last line only: the first steps, before the compiler has come by, are many times slower.
            long now = System.nanoTime();
            double secondsPerStep = (now - lastTime) / 1e9 / Math.max(1, step - lastStep);
            lastStep = step;
            lastTime = now;
            line(String.format(Locale.ROOT, "step %d/%d  loss %.4f  %s  %s left",
                    step, total, loss, speed(tokensPerSecond, peakShare), time(Math.round(secondsPerStep * (total - step)))));
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
