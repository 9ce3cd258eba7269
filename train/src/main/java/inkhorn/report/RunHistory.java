package inkhorn.report;

import inkhorn.autograd.Scope;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.train.Evaluation;
import inkhorn.train.RunRecord;
import inkhorn.train.TrainEvent;
import inkhorn.train.log.RunLog;
import inkhorn.train.log.RunLogs;
import inkhorn.train.log.Session;
import inkhorn.train.log.Spent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * A run as its directory tells it.
 *
 * @param name       the directory's
 * @param parameters of the model; empty where there is no checkpoint yet
 * @param steps      that were logged, in order
 * @param evaluations in order
 * @param samples    texts that were written at evaluations, in order
 * @param sessions   processes that trained, and their machines; none where an earlier version wrote the run
 */
public record RunHistory(String name, Path directory, RunConfig config, OptionalLong parameters, List<Point> steps,
        List<EvaluationPoint> evaluations, List<TrainEvent.Sampled> samples, List<Session> sessions) {

    /** What a run has spent so far: an axis to draw it against, or to compare it at. */
    public enum Axis {
        /** Updates. */
        STEPS,
        /** Tokens learned from. */
        TOKENS,
        /** Seconds spent in steps. */
        SECONDS;

        /** Where on the axis a run stands. */
        public double of(Spent spent) {
            return switch (this) {
                case STEPS -> spent.step();
                case TOKENS -> spent.tokens();
                case SECONDS -> spent.seconds();
            };
        }
    }

    /** A step that was logged. */
    public record Point(Spent spent, TrainEvent.Stepped record) {
    }

    /** An evaluation. */
    public record EvaluationPoint(Spent spent, Evaluation.Losses losses) {
    }

    /**
     * Reads a run.
     *
     * @throws UserError where the directory holds none
     * @throws CheckpointException (the user's error) where a file is damaged
     */
    public static RunHistory read(Path directory) {
        Path metrics = directory.resolve(RunLogs.METRICS);
        Path config = directory.resolve(RunConfig.FILE);
        if (!Files.isRegularFile(metrics) || !Files.isRegularFile(config)) {
            throw new UserError(directory + ": found no run, expected a directory with " + RunLogs.METRICS
                    + " and " + RunConfig.FILE + "; give one such as checkpoints/NAME");
        }
        List<Point> steps = new ArrayList<>();
        List<EvaluationPoint> evaluations = new ArrayList<>();
        List<TrainEvent.Sampled> samples = new ArrayList<>();
        Spent spent = Spent.NOTHING;
        for (RunRecord record : RunLog.read(metrics)) {
            if (record instanceof TrainEvent.Stepped step) {
                spent = spent.afterStep(step.step(), step.stepMs(), step.tokensPerS());
                steps.add(new Point(spent, step));
            } else if (record instanceof Evaluation.Losses losses) {
                evaluations.add(new EvaluationPoint(spent.at(losses.step()), losses));
            } else if (record instanceof TrainEvent.Sampled sample) {
                samples.add(sample);
            }
        }
        return new RunHistory(directory.toAbsolutePath().normalize().getFileName().toString(), directory,
                ConfigLoader.load(config), parameters(directory), steps, evaluations, samples,
                Session.read(directory));
    }

    private static OptionalLong parameters(Path directory) {
        try (Scope shapes = Scope.openOnShapes()) {
            return OptionalLong.of(ModelFiles.architecture(Checkpoint.open(directory)).get().parameterCount());
        } catch (CheckpointException e) {
            // No checkpoint yet; a damaged one is no reason to hide the curves.
            return OptionalLong.empty();
        }
    }

    /** What was spent in all. */
    public Spent spent() {
        Spent stepped = steps.isEmpty() ? Spent.NOTHING : steps.get(steps.size() - 1).spent();
        return evaluations.isEmpty() || last().orElseThrow().spent().step() <= stepped.step() ? stepped
                : last().orElseThrow().spent();
    }

    /** The last evaluation. */
    public Optional<EvaluationPoint> last() {
        return evaluations.isEmpty() ? Optional.empty() : Optional.of(evaluations.get(evaluations.size() - 1));
    }

    /** The evaluation with the lowest validation loss. */
    public Optional<EvaluationPoint> best() {
        return evaluations.stream().filter(point -> point.losses().isFinite())
                .min(Comparator.comparingDouble(point -> point.losses().valLoss()));
    }

    /** The lowest training loss of an evaluation or, where there was none, of a step; NaN without any. */
    public double bestTrainLoss() {
        return trainLosses().filter(Double::isFinite).min().orElse(Double.NaN);
    }

    /** The training loss of the last evaluation or, where there was none, of the last step; NaN without any. */
    public double lastTrainLoss() {
        return trainLosses().reduce((first, second) -> second).orElse(Double.NaN);
    }

    private DoubleStream trainLosses() {
        return evaluations.isEmpty() ? steps.stream().mapToDouble(point -> point.record().loss())
                : evaluations.stream().mapToDouble(point -> point.losses().trainLoss());
    }

    /** The first evaluation whose validation loss was at most this. */
    public Optional<EvaluationPoint> reached(double loss) {
        return evaluations.stream().filter(point -> point.losses().valLoss() <= loss).findFirst();
    }

    /** One number of each step, and where on the axis it stands. */
    public Curve curve(Axis axis, ToDoubleFunction<TrainEvent.Stepped> value) {
        return new Curve(steps.stream().mapToDouble(point -> axis.of(point.spent())).toArray(),
                steps.stream().mapToDouble(point -> value.applyAsDouble(point.record())).toArray()).finite();
    }

    /** One number of each evaluation, and where on the axis it stands. */
    public Curve evaluationCurve(Axis axis, ToDoubleFunction<Evaluation.Losses> value) {
        return new Curve(evaluations.stream().mapToDouble(point -> axis.of(point.spent())).toArray(),
                evaluations.stream().mapToDouble(point -> value.applyAsDouble(point.losses())).toArray()).finite();
    }
}
