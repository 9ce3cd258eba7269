package inkhorn.sweep;

import inkhorn.checkpoint.CheckpointException;
import inkhorn.config.UserError;
import inkhorn.report.RunHistory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where a run of a sweep stands. What is not known is NaN, or 0 where it is a step.
 *
 * @param run         its name
 * @param values      of the keys that the sweep varies
 * @param step        up to which it is trained, as far as its process ended by itself
 * @param bestValLoss the lowest of its evaluations
 * @param bitsPerByte there
 * @param bestStep    where it was
 * @param seconds     spent in steps
 * @param reason      of its end where it was none of its own; else empty
 */
public record SweepEntry(String run, Map<String, String> values, State state, long step, double bestValLoss,
        double bitsPerByte, long bestStep, double seconds, String reason) {

    /** What is to become of a run. */
    public enum State {
        /** Not begun. */
        WAITING,
        /** A process trains it. */
        RUNNING,
        /** It can go on. */
        PAUSED,
        /** Successive halving has ended it. */
        DROPPED,
        /** Trained to its end. */
        FINISHED,
        /** Somebody stopped this run alone. */
        STOPPED,
        /** By an error. */
        FAILED;

        /** In lower case. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static SweepEntry waiting(SweepRun run) {
        return new SweepEntry(run.name(), run.values(), State.WAITING, 0, Double.NaN, Double.NaN, 0, 0, "");
    }

    SweepEntry in(State next, String why) {
        return new SweepEntry(run, values, next, step, bestValLoss, bitsPerByte, bestStep, seconds, why);
    }

    /** With what the run's directory tells of its first steps. */
    private SweepEntry measured(RunHistory history, long upTo) {
        Optional<RunHistory.EvaluationPoint> best = history.evaluations().stream()
                .filter(point -> point.losses().step() <= upTo && Double.isFinite(point.losses().valLoss()))
                .min((a, b) -> Double.compare(a.losses().valLoss(), b.losses().valLoss()));
        return new SweepEntry(run, values, state, Math.min(upTo, history.spent().step()),
                best.map(point -> point.losses().valLoss()).orElse(Double.NaN),
                best.map(point -> point.losses().valBitsPerByte()).orElse(Double.NaN),
                best.map(point -> point.losses().step()).orElse(0L), history.spent().seconds(), reason);
    }

    /** As it is where the directory holds no run. */
    SweepEntry measuredOr(Path directory, long upTo) {
        try {
            return measured(RunHistory.read(directory), upTo);
        } catch (UserError | CheckpointException e) {
            return this;
        }
    }

    SweepEntry at(long known) {
        return new SweepEntry(run, values, state, known, bestValLoss, bitsPerByte, bestStep, seconds, reason);
    }

    /** What runs are compared by; NaN where nothing was evaluated. */
    public double loss(SweepSpec.Objective objective) {
        return objective == SweepSpec.Objective.VAL_LOSS ? bestValLoss : bitsPerByte;
    }
}
