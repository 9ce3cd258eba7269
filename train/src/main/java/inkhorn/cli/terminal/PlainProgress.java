package inkhorn.cli.terminal;

import inkhorn.train.TrainEvent;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/** Plain lines, for a pipe or a file. */
final class PlainProgress extends Progress {

    /** An evaluation that takes longer says so, as often as this. */
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final long total;
    private final LongUnaryOperator work;
    private final int logInterval;
    private final PrintStream out;
    private final LongSupplier clock;
    private long lastStep;
    private long lastTime;
    private long lastEvaluating;

    /**
     * Lines up to step {@code total}.
     *
     * @param work  of the first so many steps together, in any unit: what their time is in proportion to
     * @param clock in nanoseconds
     */
    PlainProgress(long from, long total, LongUnaryOperator work, int logInterval, PrintStream out,
            LongSupplier clock) {
        lastStep = from;
        this.total = total;
        this.work = work;
        this.logInterval = logInterval;
        this.out = out;
        this.clock = clock;
        lastTime = clock.getAsLong();
    }

    @Override
    public void step(TrainEvent.Stepped step) {
        if (logInterval > 0 && (step.step() % logInterval == 0 || step.step() == total)) {
            // Since the last line only: the first steps, before the compiler has come by, are many times slower.
            long now = clock.getAsLong();
            long done = work.applyAsLong(step.step());
            double seconds = (now - lastTime) / 1e9 / Math.max(1, done - work.applyAsLong(lastStep));
            lastStep = step.step();
            lastTime = now;
            line(describe(step, total) + "  " + time(Math.round(seconds * (work.applyAsLong(total) - done)))
                    + " left");
        }
    }

    @Override
    public void evaluating(long step, long done, long batches) {
        long now = clock.getAsLong();
        if (done == 0) {
            lastEvaluating = now;
        } else if (now - lastEvaluating >= QUIET_NANOS) {
            lastEvaluating = now;
            line(String.format(Locale.ROOT, "step %d  evaluating: %d %% of %,d batches", step,
                    100 * done / batches, batches));
        }
    }

    @Override
    public void saving(long step) {
        // The line that it is saved follows.
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
