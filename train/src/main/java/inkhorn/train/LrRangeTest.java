package inkhorn.train;

import inkhorn.config.RunConfig;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.train.parallel.Alone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The learning-rate range test (Smith 2017, Cyclical learning rates for training neural networks, section 3.3): a
 * training whose learning rate rises exponentially from step to step, until the loss diverges. Nothing is written.
 */
public final class LrRangeTest {

    private static final double SMOOTHING = 0.9;
    /** As in fastai. */
    private static final double TIMES_THE_BEST = 4;
    private static final double TIMES_THE_FIRST = 1.1;
    private static final double FROM_A_GOOD_START = 1.5;

    private final Range range;
    private final List<Point> points = new ArrayList<>();
    private double average;
    private double first;
    private double best = Double.POSITIVE_INFINITY;
    private boolean diverged;

    /**
     * The learning rates.
     *
     * @param min of the first step
     * @param max of the last step
     */
    public record Range(double min, double max, int steps) {

        double at(long step) {
            return min * Math.pow(max / min, (double) step / (steps - 1));
        }
    }

    /** The loss of a step's batch, before the step was made with this learning rate. */
    public record Point(long step, double lr, double loss) {
    }

    /**
     * What was seen.
     *
     * @param diverged whether the loss rose so far that the test ended before its last step
     */
    public record Outcome(List<Point> points, boolean diverged) {
    }

    private LrRangeTest(Range range) {
        this.range = range;
    }

    /** Keys that a config needs for a test of so many steps: nothing is evaluated, and nothing ends it early. */
    public static Map<String, String> keys(Range range) {
        return Map.of("train.max_iters", String.valueOf(range.steps()), "train.eval_interval", "0",
                "train.checkpoint_interval", "0", "train.patience", "0", "train.stop_at_loss", "0",
                "train.log_interval", "0",
                "train.batch_warmup_iters", "0", "optim.warmup_iters", "0", "optim.schedule", "constant");
    }

    /**
     * Makes the test.
     *
     * @param config        with {@link #keys}
     * @param model         whose weights are lost
     * @param stopRequested asked all the time
     * @param listener      told of each step
     */
    public static Outcome run(RunConfig config, LanguageModel model, PreparedData data, Range range,
            BooleanSupplier stopRequested, Consumer<Point> listener) {
        LrRangeTest test = new LrRangeTest(range);
        Trainer trainer = new Trainer(config, range::at, model, data, PeakMeter.none(),
                () -> test.diverged || stopRequested.getAsBoolean(), new Alone(), event -> test.hear(event, listener));
        try {
            trainer.run();
        } catch (TrainException e) {
            test.diverged = true;       // no number any more
        }
        return new Outcome(List.copyOf(test.points), test.diverged);
    }

    private void hear(TrainEvent event, Consumer<Point> listener) {
        if (!(event instanceof TrainEvent.Stepped step)) {
            return;
        }
        Point point = new Point(step.step(), step.lr(), step.loss());
        points.add(point);
        listener.accept(point);
        // An exponential average without its bias towards zero.
        average = SMOOTHING * average + (1 - SMOOTHING) * step.loss();
        double smoothed = average / (1 - Math.pow(SMOOTHING, points.size()));
        first = points.size() == 1 ? smoothed : first;
        best = Math.min(best, smoothed);
        diverged = smoothed > Math.min(TIMES_THE_BEST * best,
                Math.max(FROM_A_GOOD_START * best, TIMES_THE_FIRST * first));
    }
}
