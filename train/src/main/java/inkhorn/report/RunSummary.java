package inkhorn.report;

import inkhorn.train.log.Spent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run has reached: a row of a report. What is not known is NaN, or -1 where it is a whole number.
 *
 * @param trainLoss      of the last evaluation or, where there was none, of the last step's batch
 * @param bestTrainLoss  likewise, the lowest
 * @param valLoss        of the last evaluation
 * @param bestValLoss    the lowest
 * @param bestStep       where it was
 * @param bestBitsPerByte there
 * @param machine        of the last process that trained; empty where it was not written down
 */
public record RunSummary(String run, long parameters, long steps, long tokens, double seconds, double tokensPerS,
        double trainLoss, double bestTrainLoss, double valLoss, double bestValLoss, long bestStep,
        double bestBitsPerByte, String machine) {

    private static final double[] LEVELS = {5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01};
    private static final int ENOUGH = 4;

    /**
     * When a run's validation loss first was at most this.
     *
     * @param step -1 where it never was; tokens and seconds are then NaN
     */
    public record Reached(String run, double loss, long step, double tokens, double seconds) {
    }

    public static RunSummary of(RunHistory run) {
        Spent spent = run.spent();
        Optional<RunHistory.EvaluationPoint> last = run.last();
        Optional<RunHistory.EvaluationPoint> best = run.best();
        return new RunSummary(run.name(), run.parameters().orElse(-1), spent.step(), Math.round(spent.tokens()),
                spent.seconds(), spent.seconds() > 0 ? spent.tokens() / spent.seconds() : Double.NaN,
                run.lastTrainLoss(), run.bestTrainLoss(),
                last.map(point -> point.losses().valLoss()).orElse(Double.NaN),
                best.map(point -> point.losses().valLoss()).orElse(Double.NaN),
                best.map(point -> point.losses().step()).orElse(-1L),
                best.map(point -> point.losses().valBitsPerByte()).orElse(Double.NaN),
                run.sessions().isEmpty() ? "" : run.sessions().get(run.sessions().size() - 1).machine());
    }

    /** A row for each run and loss. */
    public static List<Reached> reached(List<RunHistory> runs, List<Double> losses) {
        List<Reached> rows = new ArrayList<>();
        for (RunHistory run : runs) {
            for (double loss : losses) {
                rows.add(run.reached(loss)
                        .map(point -> new Reached(run.name(), loss, point.losses().step(), point.spent().tokens(),
                                point.spent().seconds()))
                        .orElse(new Reached(run.name(), loss, -1, Double.NaN, Double.NaN)));
            }
        }
        return rows;
    }

    /** Round losses that the runs went through, for a table of when; the highest first. */
    public static List<Double> levels(List<RunHistory> runs) {
        double high = Double.NEGATIVE_INFINITY;
        double low = Double.POSITIVE_INFINITY;
        for (RunHistory run : runs) {
            for (RunHistory.EvaluationPoint point : run.evaluations()) {
                high = Math.max(high, point.losses().valLoss());
                low = Math.min(low, point.losses().valLoss());
            }
        }
        List<Double> levels = new ArrayList<>();
        for (int i = 0; i < LEVELS.length && levels.size() < ENOUGH && low < high; i++) {
            levels.clear();
            for (double n = Math.floor(high / LEVELS[i]); n * LEVELS[i] >= low; n--) {
                levels.add(Math.round(n * LEVELS[i] * 100) / 100.0);
            }
        }
        return levels;
    }
}
