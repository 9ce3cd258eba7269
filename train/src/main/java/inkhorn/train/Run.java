package inkhorn.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.AdapterBase;
import inkhorn.checkpoint.AdapterFiles;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointContents;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.CheckpointStore;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.RunLock;
import inkhorn.checkpoint.SafetensorsReader;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.config.UserError;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.TokenizerFiles;
import inkhorn.generate.TokenizerStamp;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.LanguageModel;
import inkhorn.optim.BatchSchedule;
import inkhorn.train.log.LeftLog;
import inkhorn.train.log.Outcome;
import inkhorn.train.log.RunLogs;
import inkhorn.train.log.Session;
import inkhorn.train.parallel.Alone;
import inkhorn.train.parallel.Ranks;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A run on disk: a directory with {@code config.yaml}, {@code metrics.jsonl} and the checkpoints, locked by one process
 * at a time. It listens to a {@link Trainer} and writes logs and checkpoints.
 */
public final class Run implements Closeable {

    /** Beside an average of the weights the weights themselves, which the training goes on with. */
    private static final String RAW_WEIGHTS = "raw.safetensors";

    static final String TOKENIZER = TrainedModel.TOKENIZER_FILE;

    private final RunConfig config;
    private final PreparedData data;
    private final RunLock lock;
    private final CheckpointStore store;
    private final Optional<Checkpoint> resumed;
    /** What is adapted; empty where the model itself is trained. */
    private final Optional<AdapterBase> base;
    /** The last step of a size is logged, so that each record stands for steps of as many tokens as its own. */
    private final BatchSchedule schedule;
    private RunLogs logs;
    /** Written or read by this process, so known to be whole; null before the first. */
    private Path lastWhole;
    private long savedStep;

    private Run(RunConfig config, PreparedData data, RunLock lock, CheckpointStore store,
                Optional<Checkpoint> resumed, Optional<AdapterBase> base) {
        this.base = base;
        this.config = config;
        schedule = config.train().batchSchedule();
        this.data = data;
        this.lock = lock;
        this.store = store;
        this.resumed = resumed;
        lastWhole = resumed.map(Checkpoint::directory).orElse(null);
        savedStep = resumedStep();
    }

    /**
     * A new run.
     *
     * @throws UserError when the directory already holds one, since that would be lost
     * @throws CheckpointException when the directory cannot be written or another process trains in it
     */
    public static Run create(RunConfig config, PreparedData data) {
        return create(config, data, Optional.empty());
    }

    /**
     * As above.
     *
     * @param base what the run's adapters are of; empty where it trains the model itself
     */
    public static Run create(RunConfig config, PreparedData data, Optional<AdapterBase> base) {
        RunLock lock = RunLock.acquire(config.run().directory());
        try {
            CheckpointStore store = new CheckpointStore(lock, config.train().keep());
            if (!store.steps().isEmpty()) {
                throw new UserError(config.run().directory() + " already holds a run, at step "
                        + store.steps().get(0) + "; go on with --resume, choose another name with"
                        + " --run.name=NAME, or remove the directory");
            }
            return start(new Run(config, data, lock, store, Optional.empty(), base), true);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Goes on with a run from its newest whole checkpoint or the one that is asked for, or starts it if it has none
     * yet.
     *
     * @param onNotice hears of damaged checkpoints that were passed over and of settings that changed, a line each
     * @throws UserError when the model, the tokenizer or, unexpectedly, the data are others, naming what differs
     * @throws CheckpointException when every checkpoint is damaged, which is no reason to overwrite them
     */
    public static Run resume(RunConfig config, PreparedData data, Resumption resumption, Consumer<String> onNotice) {
        return resume(config, data, Optional.empty(), resumption, onNotice);
    }

    /**
     * As above.
     *
     * @param base what the run's adapters are of; empty where it trains the model itself
     */
    public static Run resume(RunConfig config, PreparedData data, Optional<AdapterBase> base, Resumption resumption,
            Consumer<String> onNotice) {
        RunLock lock = RunLock.acquire(config.run().directory());
        try {
            CheckpointStore store = new CheckpointStore(lock, config.train().keep());
            Optional<Checkpoint> newest = store.latestWhole(onNotice);
            if (newest.isEmpty() && !store.steps().isEmpty()) {
                throw CheckpointException.userError(config.run().directory()
                        + ": none of its checkpoints is whole; copy one there from a backup, or remove the"
                        + " directory to start over");
            }
            Optional<Checkpoint> found = resumption.checkpoint().isEmpty() ? newest
                    : Optional.of(store.named(resumption.checkpoint()));
            boolean otherHistory = false;
            if (found.isEmpty()) {
                onNotice.accept(config.run().directory() + " holds no whole checkpoint yet; starting at step 0");
            } else {
                resumption.requireSame(found.get(), config, data, onNotice);
                base.ifPresent(own -> own.requireSame(found.get()));
                otherHistory = goOnFrom(found.get(), newest.orElseThrow(), store,
                        config.run().directory().resolve(RunLogs.METRICS), onNotice);
            }
            return start(new Run(config, data, lock, store, found, base), otherHistory);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Whether the log of a history that was left is taken back. */
    private static boolean goOnFrom(Checkpoint found, Checkpoint newest, CheckpointStore store, Path metrics,
                                 Consumer<String> onNotice) {
        LeftLog log = new LeftLog(metrics);
        boolean takenBack = log.settle(newest);
        if (!found.step().equals(newest.step())) {
            List<String> left = store.goBackTo(found, RunState.of(found.trainer()).bestStep());
            log.keep(newest);
            onNotice.accept("going back to step " + found.step().getAsLong() + ": the next save removes "
                    + String.join(", ", left) + " and the later records of " + RunLogs.METRICS);
        }
        return takenBack;
    }

    private static Run start(Run run, boolean otherHistory) {
        Path path = run.config.run().directory();
        try {
            Files.writeString(path.resolve(RunConfig.FILE), run.config.toYaml());
        } catch (IOException e) {
            throw CheckpointException.runFailure(path.resolve(RunConfig.FILE) + " cannot be written: "
                    + CheckpointException.reason(e), e);
        }
        run.logs = run.isNew() ? RunLogs.create(run.config)
                : RunLogs.resume(run.config, run.resumedStep(), otherHistory);
        return run;
    }

    /** Which data these are: the sizes and hashes of both splits. */
    public static String dataOf(PreparedData data) {
        DataStamp stamp = DataStamp.of(data);
        return stamp.train() + " and " + stamp.val();
    }

    /** Whether the run has no checkpoint to go on from, and so begins with the weights that a config gives. */
    public boolean isNew() {
        return resumed.isEmpty();
    }

    /** The step that {@link #trainer} goes on from, 0 for a new run. */
    public long resumedStep() {
        return resumed.map(checkpoint -> checkpoint.step().orElseThrow()).orElse(0L);
    }

    /**
     * A trainer that goes on from where the run stands: with the weights, moments and counters of the checkpoint found,
     * or at step 0 with the weights that the model has. What it does is written down here.
     *
     * @param listener told afterwards, with {@link TrainEvent.Saving} and {@link TrainEvent.Saved} besides
     */
    public Trainer trainer(LanguageModel model, PeakMeter peak, BooleanSupplier stopRequested,
                           Consumer<TrainEvent> listener) {
        return trainer(model, peak, stopRequested, new Alone(), listener);
    }

    /**
     * As above.
     *
     * @param ranks of the training, of which this process is rank 0
     */
    public Trainer trainer(LanguageModel model, PeakMeter peak, BooleanSupplier stopRequested, Ranks ranks,
                           Consumer<TrainEvent> listener) {
        Trainer trainer = new Trainer(config, config.optim().lrSchedule()::at, model, data, peak, stopRequested, ranks,
                event -> {
            persist(event, listener);
            listener.accept(event);
        });
        if (resumed.isPresent()) {
            ModelFiles.loadInto(model, resumed.get());
            try (SafetensorsReader moments = resumed.get().openOptimizer()) {
                RunState state = restoredState(resumed.get());
                boolean sampleIsMissing = logs.metrics().evaluation(state.step()).isPresent()
                        && !logs.metrics().hasSample(state.step());
                trainer.restore(state, ModelFiles.tensors(moments), ModelFiles.tensors(resumed.get(), RAW_WEIGHTS),
                        sampleIsMissing && state.isEvaluated());
            }
        }
        return trainer;
    }

    /** The checkpoint may be older than the evaluation of its step, which the log has then. */
    private RunState restoredState(Checkpoint checkpoint) {
        RunState saved = RunState.of(checkpoint.trainer());
        boolean otherSplit = DataStamp.read(checkpoint.trainer())
                .filter(stamp -> !stamp.val().equals(DataStamp.of(data).val())).isPresent();
        RunState state = otherSplit ? saved.withoutEvaluations() : saved;
        Optional<Evaluation.Losses> logged = state.isEvaluated() ? Optional.empty()
                : logs.metrics().evaluation(state.step());
        RunState counted = logged.map(losses -> state.evaluated(losses.valLoss())).orElse(state);
        if (logged.isPresent() && counted.isBest()) {
            store.markBest(counted.step());
        }
        return counted;
    }

    /** Writes down on which machine this process trains; before {@link #train}. */
    public void began(Session session) {
        logs.began(session);
    }

    /** Runs a trainer of {@link #trainer} to the end. */
    public Trainer.End train(Trainer trainer) {
        return train(trainer, config.train().maxIters());
    }

    /**
     * Runs a trainer of {@link #trainer}.
     *
     * @param stopAt as {@link Trainer#run(long)}
     * @throws TrainException as {@link Trainer#run}, saying also what the run can be gone on with; earlier checkpoints
     *     stay
     */
    public Trainer.End train(Trainer trainer, long stopAt) {
        try {
            Trainer.End end = trainer.run(stopAt);
            boolean goesOn = end == Trainer.End.STOPPED || end == Trainer.End.PAUSED;
            logs.ended(goesOn ? Outcome.STOPPED : Outcome.FINISHED);
            return end;
        } catch (TrainException e) {
            throw e.with(lastGood(e.step()));
        }
    }

    private void persist(TrainEvent event, Consumer<TrainEvent> listener) {
        TrainConfig train = config.train();
        if (event instanceof TrainEvent.Stepped done && (train.isDue(train.logInterval(), done.step())
                || train.logInterval() > 0 && schedule.endsStage(done.step()))) {
            logs.append(done);
        } else if (event instanceof TrainEvent.Evaluated evaluated) {
            logs.append(evaluated.losses());
        } else if (event instanceof TrainEvent.Sampled sampled) {
            logs.append(sampled);
        } else if (event instanceof TrainEvent.CheckpointDue due && savedStep == due.state().step()) {
            store.markBest(savedStep);
        } else if (event instanceof TrainEvent.CheckpointDue due) {
            listener.accept(new TrainEvent.Saving(due.state().step()));
            try (PhaseTimer timer = PhaseTimer.start("saving")) {
                save(due);
            }
            listener.accept(new TrainEvent.Saved(savedStep, lastWhole));
        }
    }

    private void save(TrainEvent.CheckpointDue due) {
        LanguageModel model = due.model();
        Tokenizer tokenizer = data.tokenizer();
        logs.metrics().sync();
        Map<String, FileWriter> files = new LinkedHashMap<>(TokenizerFiles.of(tokenizer, model.blockSize()));
        files.put(RunConfig.FILE, file -> Files.writeString(file, config.toYaml()));
        if (!due.raw().isEmpty()) {
            files.put(RAW_WEIGHTS, ModelFiles.file(due.raw()));
        }
        ObjectNode modelConfig = TokenizerStamp.of(tokenizer).in(ModelFiles.configJson(model));
        base.ifPresent(adapted -> {
            adapted.in(modelConfig);
            files.put(AdapterFiles.CONFIG, AdapterFiles.config(config.lora(), adapted));
        });
        CheckpointContents contents = new CheckpointContents(
                base.isPresent() ? CheckpointContents.Kind.ADAPTER : CheckpointContents.Kind.MODEL,
                base.isPresent() ? AdapterFiles.weights(model) : ModelFiles.weights(model),
                due.moments(), modelConfig,
                DataStamp.of(data).in(due.state().toJson()), files);
        lastWhole = store.save(due.state().step(), contents, due.best());
        savedStep = due.state().step();
        new LeftLog(config.run().directory().resolve(RunLogs.METRICS)).drop();
    }

    /** What a run that failed at this step can be gone on with. */
    private String lastGood(long failedStep) {
        if (lastWhole == null) {
            return "no checkpoint was written yet";
        }
        return savedStep == failedStep
                ? "the checkpoint " + lastWhole + " holds these weights, so go on from an earlier one, or start over"
                : "the last good checkpoint is " + lastWhole;
    }

    @Override
    public void close() {
        try (lock) {
            if (logs != null) {
                logs.close();
            }
        }
    }
}
