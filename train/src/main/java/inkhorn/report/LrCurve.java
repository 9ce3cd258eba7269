package inkhorn.report;

import inkhorn.train.LrRangeTest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The loss against the learning rate, as a range test saw it, and what it suggests.
 *
 * @param lrs      of the steps, rising
 * @param losses   of their batches
 * @param smoothed of each step the mean loss of it and of as many steps on either side
 * @param diverged whether the test ended because the loss rose
 */
public record LrCurve(double[] lrs, double[] losses, double[] smoothed, boolean diverged) {

    /** Of a loss at which the test is taken to have shown a descent, the part that must be gone. */
    private static final double LEAST_DESCENT = 0.01;
    private static final int SMOOTHING = 40;
    /** So many times the first loss are still shown. */
    private static final double ABOVE_THE_FIRST = 1.3;

    /** Reads a test. */
    public static LrCurve of(LrRangeTest.Outcome outcome) {
        List<LrRangeTest.Point> points = outcome.points();
        double[] lrs = points.stream().mapToDouble(LrRangeTest.Point::lr).toArray();
        double[] losses = points.stream().mapToDouble(LrRangeTest.Point::loss).toArray();
        Curve curve = new Curve(lrs, losses).smoothed(Math.max(2, losses.length / SMOOTHING));
        return new LrCurve(lrs, losses, curve.y(), outcome.diverged());
    }

    /** The learning rate of the lowest smoothed loss; empty where the loss did not fall. */
    public OptionalDouble minimum() {
        int lowest = lowest();
        return lowest < 0 ? OptionalDouble.empty() : OptionalDouble.of(lrs[lowest]);
    }

    /** A tenth of {@link #minimum}, as fastai suggests: at the minimum itself the loss is about to rise. */
    public OptionalDouble minimumTenth() {
        return minimum().isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(minimum().getAsDouble() / 10);
    }

    /** The learning rate at which the loss falls fastest, by the logarithm of the learning rate. */
    public OptionalDouble steepest() {
        int lowest = lowest();
        int reach = Math.max(1, losses.length / SMOOTHING);
        int found = -1;
        double steepest = 0;
        for (int i = reach; i + reach <= lowest; i++) {
            double slope = smoothed[i + reach] - smoothed[i - reach];
            if (slope < steepest) {
                steepest = slope;
                found = i;
            }
        }
        return found < 0 ? OptionalDouble.empty() : OptionalDouble.of(lrs[found]);
    }

    /** Whether the loss was lowest at the last learning rates. */
    public boolean isStillFalling() {
        return !diverged && lowest() >= 0 && lowest() >= lrs.length - 1 - lrs.length / SMOOTHING;
    }

    private int lowest() {
        int lowest = 0;
        for (int i = 1; i < smoothed.length; i++) {
            lowest = smoothed[i] < smoothed[lowest] ? i : lowest;
        }
        return smoothed.length == 0 || smoothed[lowest] > smoothed[0] * (1 - LEAST_DESCENT) ? -1 : lowest;
    }

    /** A picture, as a file of its own. */
    public String svg() {
        CurveChart chart = CurveChart.large("loss", "learning rate").inDecades();
        chart.add(0, "raw", "", new Curve(logarithms(lrs), losses).finite());
        // A loss that diverges would press all else together.
        double most = ABOVE_THE_FIRST * smoothed[0];
        double[] cut = Arrays.stream(smoothed).map(loss -> Math.min(loss, most)).toArray();
        chart.add(0, "line", "loss, smoothed", new Curve(logarithms(lrs), cut).finite());
        mark(chart, 1, "steepest", steepest());
        mark(chart, 2, "minimum / 10", minimumTenth());
        return chart.file(ReportPage.style());
    }

    private void mark(CurveChart chart, int colour, String name, OptionalDouble lr) {
        if (lr.isPresent()) {
            double at = lr.getAsDouble();
            double loss = new Curve(lrs, smoothed).at(at);
            chart.add(colour, "dotted", String.format(Locale.ROOT, "%s %.1e", name, at),
                    new Curve(new double[] {Math.log10(at)}, new double[] {loss}).finite());
        }
    }

    private static double[] logarithms(double[] values) {
        return Arrays.stream(values).map(Math::log10).toArray();
    }
}
