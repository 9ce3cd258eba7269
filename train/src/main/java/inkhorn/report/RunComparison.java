package inkhorn.report;

import inkhorn.config.Difference;
import inkhorn.train.TrainEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Two runs beside each other, at equal steps, tokens and seconds, as far as both have come.
 *
 * @param differences of the configs; in them "mine" is the first run
 * @param marks       validation losses at equal positions
 * @param trends      differences of the training losses, with intervals
 * @param conclusions in words
 */
public record RunComparison(String first, String second, List<Difference> differences, List<Mark> marks,
        List<Trend> trends, List<String> conclusions) {

    private static final int MARKS = 4;
    /** The share of the common range over which training losses are compared: its end. */
    private static final double COMPARED = 0.25;
    /** Keys that do not change what is learned. */
    private static final Set<String> PLACE = Set.of("run.name", "run.out", "run.log_to", "run.mlflow_uri",
            "run.mlflow_experiment");
    /** Keys that change what a loss is about. */
    private static final Set<String> SUBJECT = Set.of("data.dataset", "data.path", "data.dir", "data.tokenizer",
            "data.vocab_size", "data.val_fraction");
    private static final Set<String> SIZE_OF_EVALUATIONS = Set.of("train.eval_iters", "train.batch_size",
            "model.block_size");

    /**
     * Validation losses where both runs have spent the same.
     *
     * @param at         position on the axis
     * @param first      on the straight line between two evaluations, as the second is
     * @param difference second minus first
     */
    public record Mark(RunHistory.Axis axis, double at, double first, double second, double difference) {
    }

    /**
     * The difference of the training losses, second minus first, over the last quarter of what both have spent.
     *
     * @param from     position on the axis
     * @param interval over the first run's records there, each less the second's loss at the same position
     */
    public record Trend(RunHistory.Axis axis, double from, double to, BlockBootstrap.Interval interval) {
    }

    public static RunComparison of(RunHistory first, RunHistory second) {
        List<Difference> differences = first.config().differences(second.config()).stream()
                .filter(difference -> !PLACE.contains(difference.key())).toList();
        List<Mark> marks = new ArrayList<>();
        List<Trend> trends = new ArrayList<>();
        for (RunHistory.Axis axis : RunHistory.Axis.values()) {
            marks.addAll(marks(first, second, axis));
            trend(first, second, axis).ifPresent(trends::add);
        }
        return new RunComparison(first.name(), second.name(), differences, marks, trends,
                conclusions(first, second, differences, trends));
    }

    private static List<Mark> marks(RunHistory first, RunHistory second, RunHistory.Axis axis) {
        Curve a = first.evaluationCurve(axis, losses -> losses.valLoss());
        Curve b = second.evaluationCurve(axis, losses -> losses.valLoss());
        List<Mark> marks = new ArrayList<>();
        if (a.size() > 0 && b.size() > 0) {
            double from = Math.max(a.x()[0], b.x()[0]);
            double to = Math.min(a.x()[a.size() - 1], b.x()[b.size() - 1]);
            for (int i = 1; i <= MARKS && from <= to; i++) {
                double at = to * i / MARKS;
                if (at >= from) {
                    marks.add(new Mark(axis, at, a.at(at), b.at(at), b.at(at) - a.at(at)));
                }
            }
        }
        return marks;
    }

    private static Optional<Trend> trend(RunHistory first, RunHistory second, RunHistory.Axis axis) {
        Curve a = first.curve(axis, TrainEvent.Stepped::loss);
        Curve b = second.curve(axis, TrainEvent.Stepped::loss);
        if (a.size() == 0 || b.size() == 0) {
            return Optional.empty();
        }
        double to = Math.min(a.x()[a.size() - 1], b.x()[b.size() - 1]);
        double from = to * (1 - COMPARED);
        double[] differences = IntStream.range(0, a.size())
                .filter(i -> a.x()[i] >= from && a.x()[i] <= to).mapToDouble(i -> b.at(a.x()[i]) - a.y()[i])
                .filter(Double::isFinite).toArray();
        return differences.length == 0 ? Optional.empty()
                : Optional.of(new Trend(axis, from, to, BlockBootstrap.of(differences)));
    }

    private static List<String> conclusions(RunHistory first, RunHistory second, List<Difference> differences,
            List<Trend> trends) {
        List<String> lines = new ArrayList<>();
        if (differences.isEmpty()) {
            lines.add("The configs are equal, so the runs have the same bits at each step on the same vector width;"
                    + " only their times differ.");
        }
        String subject = among(differences, SUBJECT);
        if (!subject.isEmpty()) {
            lines.add("The data differ (" + subject + "), so the losses are not of the same tokens: their differences"
                    + " say nothing about the settings. Compare bits per byte on one text, with evaluate --data.");
        }
        for (Trend trend : trends) {
            lines.add(conclusion(first, second, trend));
        }
        String evaluated = among(differences, SIZE_OF_EVALUATIONS);
        if (!evaluated.isEmpty()) {
            lines.add("The validation losses are of different batches (" + evaluated + "), so small differences between"
                    + " them are chance; evaluate --data compares the checkpoints on the same ones.");
        }
        if (!machines(first).equals(machines(second))) {
            lines.add("The runs were made on different machines, or it is not known on which: what is said of seconds"
                    + " is about the machines too.");
        }
        lines.add("The intervals are for the chance of batches within these two runs. They do not hold what another"
                + " seed would change: to say that a setting is better, train each with several seeds (--run.seed) and"
                + " compare those.");
        return lines;
    }

    private static String conclusion(RunHistory first, RunHistory second, Trend trend) {
        BlockBootstrap.Interval interval = trend.interval();
        String at = "At equal " + trend.axis().name().toLowerCase(Locale.ROOT);
        if (Double.isNaN(interval.low())) {
            return at + ": too few records in common (" + interval.values() + ") for an interval.";
        }
        String range = String.format(Locale.ROOT, "%.4f (95 %%: %.4f to %.4f)", Math.abs(interval.mean()),
                interval.mean() < 0 ? -interval.high() : interval.low(),
                interval.mean() < 0 ? -interval.low() : interval.high());
        String better = interval.mean() < 0 ? second.name() : first.name();
        return interval.excludesZero()
                ? at + " the training loss of " + better + " is lower by " + range
                + ", which is more than the chance of batches explains."
                : at + " the training losses differ by " + range
                + ", which the chance of batches can explain: no difference is shown.";
    }

    private static String among(List<Difference> differences, Set<String> keys) {
        return differences.stream().map(Difference::key).filter(keys::contains).collect(Collectors.joining(", "));
    }

    private static String machines(RunHistory run) {
        String known = run.sessions().stream().map(session -> session.machine()).distinct().sorted()
                .collect(Collectors.joining("; "));
        return known.isEmpty() ? run.directory().toString() : known;
    }
}
