package inkhorn.cli.terminal;

import inkhorn.train.TrainEvent;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A bar on the terminal's last line, with the loss and its course, tokens/s and time left; it moves while the run
 * evaluates and saves too. A line for each tenth of the run, and for each
 * step that is saved or evaluated, stays above it.
 */
final class ProgressLine extends Progress {

    // The bar is drawn twice a second; a message made more often is never seen.
    private static final long MESSAGE_NANOS = 200_000_000L;

    private static final int LASTING_LINES = 10;
    private static final int WIDE = 100;
    /** Signs of the loss's course on a terminal that is not wide. */
    private static final int NARROW = 8;

    private final long total;
    private final TerminalLine line;
    private final ProgressBar bar;
    private final boolean isWide;
    /** Null where the terminal cannot show it. */
    private final Sparkline course;
    private long lastMessage = System.nanoTime() - MESSAGE_NANOS;
    private TrainEvent.Stepped lastStep;
    private long lastingStep;

    /** @param work as {@link PlainProgress} has it */
    ProgressLine(long from, long total, LongUnaryOperator work, PrintStream out) {
        this(from, total, work, out, Sparkline.isShown());
    }

    /** @param blocks whether the terminal has the signs of a {@link Sparkline} */
    ProgressLine(long from, long total, LongUnaryOperator work, PrintStream out, boolean blocks) {
        this.total = total;
        lastingStep = from;
        line = new TerminalLine(out);
        isWide = line.getMaxRenderedLength() >= WIDE;
        course = blocks ? new Sparkline(isWide ? 2 * NARROW : NARROW) : null;
        bar = new ProgressBarBuilder()
                .setInitialMax(total)
                .startsFrom(from, Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .setEtaFunction(now -> left(now.getElapsedAfterStart(), work, from, now.getCurrent(), total))
                // Else nothing is drawn while the step stays the same, as in an evaluation.
                .continuousUpdate()
                .setConsumer(line)
                .build();
    }

    /** Empty before the first step. */
    static Optional<Duration> left(Duration elapsed, LongUnaryOperator work, long from, long now, long total) {
        long done = work.applyAsLong(now) - work.applyAsLong(from);
        double left = work.applyAsLong(total) - work.applyAsLong(now);
        return done == 0 ? Optional.empty() : Optional.of(Duration.ofMillis((long) (elapsed.toMillis() * left / done)));
    }

    @Override
    public void step(TrainEvent.Stepped step) {
        lastStep = step;
        if (course != null) {
            course.add(step.loss());
        }
        bar.stepTo(step.step());
        if (step.step() * LASTING_LINES / total > (step.step() - 1) * LASTING_LINES / total) {
            keepStep();
        }
        message(false, this::lastStepInShort);
    }

    @Override
    public void evaluating(long step, long done, long batches) {
        if (done == 0) {
            keepStep();
        }
        message(done == 0, () -> String.format(Locale.ROOT, "evaluating: %d %%", 100 * done / batches));
    }

    @Override
    public void saving(long step) {
        keepStep();
        message(true, () -> "saving step " + step);
    }

    /** Short enough for a terminal of 80 columns. */
    private String lastStepInShort() {
        String blocks = course == null ? "" : course.text();
        String speed = speed(lastStep).replace("  ", " ");
        // Where both do not fit, the course of the loss says more than the share of the peak.
        String shown = blocks.isEmpty() || isWide ? speed : speed.replaceAll("(tokens/s).*", "$1");
        return String.format(Locale.ROOT, "loss %.4f %s%s", lastStep.loss(), blocks.isEmpty() ? "" : blocks + " ",
                shown);
    }

    private void keepStep() {
        if (lastStep != null && lastStep.step() > lastingStep) {
            lastingStep = lastStep.step();
            line.above(describe(lastStep, total));
        }
    }

    private void message(boolean now, Supplier<String> text) {
        long time = System.nanoTime();
        if (now || time - lastMessage >= MESSAGE_NANOS) {
            lastMessage = time;
            bar.setExtraMessage(text.get());
            if (now) {
                bar.refresh();
            }
        }
    }

    @Override
    public void line(String text) {
        line.above(text);
    }

    @Override
    public void close() {
        if (lastStep != null) {
            message(true, this::lastStepInShort);
        }
        bar.close();
        // The bar's thread may not have come by yet, and then comes too late.
        line.close();
    }
}
