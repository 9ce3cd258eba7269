package inkhorn.train.log;

import inkhorn.config.LogTarget;
import inkhorn.config.RunConfig;
import inkhorn.train.RunRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All logs of a run: first {@code metrics.jsonl}, then those that the config requests. */
public final class RunLogs implements AutoCloseable {

    /** In the run directory. */
    public static final String METRICS = "metrics.jsonl";

    private final RunConfig config;
    private final RunLog metrics;
    private static final MlflowLog.Patience PATIENCE = new MlflowLog.Patience(30_000, 10_000, 10_000, 1_000);

    private final List<MetricsLog> others = new ArrayList<>();
    private final long step;
    private final boolean isNew;
    /** Null where the config names no server. */
    private MlflowLog mlflow;
    private Outcome outcome = Outcome.FAILED;

    private RunLogs(RunConfig config, RunLog metrics, long step, boolean isNew) {
        this.config = config;
        this.metrics = metrics;
        this.step = step;
        this.isNew = isNew;
    }

    /**
     * The logs of a new run; what the directory has of another is replaced.
     *
     * @throws inkhorn.checkpoint.CheckpointException (a run failure) where they cannot be written
     */
    public static RunLogs create(RunConfig config) {
        Path directory = config.run().directory();
        return new RunLogs(config, RunLog.create(directory.resolve(METRICS)), 0, true).open(List.of(), true);
    }

    /**
     * Those of a run that goes on from the checkpoint of a step: without the records of later steps.
     *
     * @param otherHistory whether {@code metrics.jsonl} is not the one that the other logs were written beside
     */
    public static RunLogs resume(RunConfig config, long step, boolean otherHistory) {
        Path file = config.run().directory().resolve(METRICS);
        RunLog metrics = RunLog.resume(file, step);
        return new RunLogs(config, metrics, step, false).open(RunLog.read(file), otherHistory);
    }

    private RunLogs open(List<RunRecord> history, boolean anew) {
        Path directory = config.run().directory();
        if (config.run().logsTo(LogTarget.CSV)) {
            others.add(CsvLog.open(directory, history));
        }
        if (config.run().logsTo(LogTarget.TENSORBOARD)) {
            others.add(TensorBoardLog.open(directory, config.values(), config.toYaml(), history, step, anew));
        }
        if (config.run().mlflowUri() != null) {
            mlflow = MlflowLog.open(config, history, step, isNew, PATIENCE);
            others.add(mlflow);
        }
        return this;
    }

    /** Says on which machine this process trains; before the first record. */
    public void began(Session session) {
        session.write(config.run().directory(), !isNew);
        if (mlflow != null) {
            mlflow.began(session);
        }
    }

    /** Appends a record to all of them. */
    public void append(RunRecord record) {
        metrics.append(record);
        others.forEach(log -> log.append(record));
    }

    /** The one that is always there. */
    public RunLog metrics() {
        return metrics;
    }

    /** The training has ended; without a word of it, it has failed. */
    public void ended(Outcome how) {
        outcome = how;
    }

    @Override
    public void close() {
        try (metrics) {
            others.forEach(log -> log.close(outcome));
        }
    }
}
