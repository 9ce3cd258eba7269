package inkhorn.train;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.checkpoint.CheckpointContents;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.CheckpointStore;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.RunLock;
import inkhorn.checkpoint.SafetensorsReader;
import inkhorn.config.ConfigLoader;
import inkhorn.config.Difference;
import inkhorn.config.ModelConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TokenizerFiles;
import inkhorn.generate.TokenizerStamp;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.LanguageModel;
import inkhorn.optim.Optimizer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The directory of a run, held by one process at a time: {@code config.yaml}, {@code metrics.jsonl} and the checkpoints.
 */
public final class RunDirectory implements Closeable {

    private static final String CONFIG = "config.yaml";
    /** Keys that say where a run is and what it began with, not what it computes from a checkpoint on. */
    private static final Set<String> PLACE = Set.of("run.name", "run.out", ModelConfig.INIT_FROM);
    private static final String METRICS = "metrics.jsonl";
    private static final String TOKENIZER = TrainedModel.TOKENIZER_FILE;

    private final RunConfig config;
    private final Tokenizer tokenizer;
    private final DataStamp data;
    private final RunLock lock;
    private final CheckpointStore store;
    private final Optional<Checkpoint> resumed;
    private RunLog log;
    /** Written or read by this process, so known to be whole; null before the first. */
    private Path lastWhole;

    private RunDirectory(RunConfig config, PreparedData data, RunLock lock, CheckpointStore store, Optional<Checkpoint> resumed) {
        this.config = config;
        this.tokenizer = data.tokenizer();
        this.data = DataStamp.of(data);
        this.lock = lock;
        this.store = store;
        this.resumed = resumed;
        lastWhole = resumed.map(Checkpoint::directory).orElse(null);
    }

    /**
     * A new run.
     *
     * @throws UserError when the directory already holds one, since that would be lost
     * @throws CheckpointException when the directory cannot be written or another process trains in it
     */
    public static RunDirectory create(RunConfig config, PreparedData data) {
        RunLock lock = RunLock.acquire(config.run().directory());
        try {
            CheckpointStore store = new CheckpointStore(lock, config.train().keep());
            if (!store.steps().isEmpty()) {
                throw new UserError(config.run().directory() + " already holds a run, at step "
                        + store.steps().get(0) + "; go on with --resume, choose another name with"
                        + " --run.name=NAME, or remove the directory");
            }
            return start(new RunDirectory(config, data, lock, store, Optional.empty()));
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Goes on with a run from its newest whole checkpoint or the one that is asked for, or starts it if it has none yet.
     *
     * @param onNotice hears of damaged checkpoints that were passed over and of settings that changed, a line each
     * @throws UserError when the model, the tokenizer or, unexpectedly, the data are others, naming what differs
     * @throws CheckpointException when every checkpoint is damaged, which is no reason to overwrite them
     */
    public static RunDirectory resume(RunConfig config, PreparedData data, Resumption resumption, Consumer<String> onNotice) {
        RunLock lock = RunLock.acquire(config.run().directory());
        try {
            CheckpointStore store = new CheckpointStore(lock, config.train().keep());
            Optional<Checkpoint> newest = store.latestWhole(onNotice);
            if (newest.isEmpty() && !store.steps().isEmpty()) {
                throw CheckpointException.userError(config.run().directory() + ": none of its checkpoints is whole; copy one there"
                        + " from a backup, or remove the directory to start over");
            }
            Optional<Checkpoint> found = resumption.checkpoint().isEmpty() ? newest : Optional.of(store.named(resumption.checkpoint()));
            if (found.isEmpty()) {
                onNotice.accept(config.run().directory() + " holds no whole checkpoint yet; starting at step 0");
            } else {
                requireSame(found.get(), config, data.tokenizer(), onNotice);
                requireSameData(found.get(), DataStamp.of(data), resumption, onNotice);
                goOnFrom(found.get(), newest.orElseThrow(), store, config.run().directory().resolve(METRICS), onNotice);
            }
            return start(new RunDirectory(config, data, lock, store, found));
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static void goOnFrom(Checkpoint found, Checkpoint newest, CheckpointStore store, Path metrics, Consumer<String> onNotice) {
        LeftLog log = new LeftLog(metrics);
        log.settle(newest);
        if (!found.step().equals(newest.step())) {
            List<String> left = store.goBackTo(found, RunState.of(found.trainer()).bestStep());
            log.keep(newest);
            onNotice.accept("going back to step " + found.step().getAsLong() + ": the next save removes " + String.join(", ", left)
                    + " and the later records of " + METRICS);
        }
    }

    private static RunDirectory start(RunDirectory run) {
        Path path = run.config.run().directory();
        try {
            Files.writeString(path.resolve(CONFIG), run.config.toYaml());
        } catch (IOException e) {
            throw CheckpointException.runFailure(path.resolve(CONFIG) + " cannot be written: "
                    + CheckpointException.reason(e), e);
        }
        Path metrics = path.resolve(METRICS);
        run.log = run.resumed.isEmpty() ? RunLog.create(metrics) : RunLog.resume(metrics, run.resumed.get().step().orElseThrow());
        return run;
    }

    private static void requireSame(Checkpoint checkpoint, RunConfig config, Tokenizer tokenizer, Consumer<String> onNotice) {
        Optional<Path> savedConfig = checkpoint.file(CONFIG);
        Optional<Path> savedTokenizer = checkpoint.file(TOKENIZER);
        if (!checkpoint.isResumable() || savedConfig.isEmpty() || savedTokenizer.isEmpty()) {
            throw new UserError(checkpoint.directory() + " holds a model but no run to go on with");
        }
        RunConfig saved = ConfigLoader.load(savedConfig.get());
        List<Difference> model = config.model().differences(saved.model());
        if (!model.isEmpty()) {
            throw new UserError("cannot resume " + config.run().directory() + " with another model: " + joined(model)
                    + "; set them back, or choose another --run.name");
        }
        if (config.optim().optimizer() != saved.optim().optimizer()) {
            throw new UserError("cannot resume " + config.run().directory() + " with another optimizer: optim.optimizer is "
                    + config.optim().optimizer().configName() + ", not " + saved.optim().optimizer().configName()
                    + "; set it back, or choose another --run.name");
        }
        Tokenizer other = Tokenizers.load(savedTokenizer.get());
        if (!other.hash().equals(tokenizer.hash())) {
            throw new UserError("cannot resume " + config.run().directory() + " with another tokenizer: the data's is "
                    + TokenizerStamp.of(tokenizer) + ", the checkpoint's is " + TokenizerStamp.of(other) + "; train on the same text, or choose another --run.name");
        }
        List<Difference> rest = config.differences(saved).stream().filter(d -> !PLACE.contains(d.key())).toList();
        if (!rest.isEmpty()) {
            onNotice.accept("resuming with changed settings: " + joined(rest));
        }
    }

    private static void requireSameData(Checkpoint checkpoint, DataStamp data, Resumption resumption, Consumer<String> onNotice) {
        Optional<DataStamp> saved = DataStamp.read(checkpoint.trainer());
        if (saved.isEmpty()) {
            onNotice.accept(checkpoint.directory() + " does not say which data it was trained on, so they are not compared");
            return;
        }
        String difference = data.difference(saved.get());
        if (!difference.isEmpty() && !resumption.dataChanged()) {
            throw new UserError("cannot resume " + checkpoint.directory() + " with other data: " + difference + "; give the same text and"
                    + " data.val_fraction, or go on with --resume --data-changed");
        }
        if (!difference.isEmpty()) {
            boolean comparable = data.val().equals(saved.get().val());
            onNotice.accept("resuming with other data: " + difference
                    + (comparable ? "" : "; validation losses do not compare, so the next evaluation counts as the best"));
        }
    }

    private static String joined(List<Difference> differences) {
        return differences.stream().map(Difference::toString).collect(Collectors.joining(", "));
    }

    /** Whether the run has no checkpoint to go on from, and so begins with the weights that a config gives. */
    public boolean isNew() {
        return resumed.isEmpty();
    }

    /** The step that {@link #restore} goes on from, 0 for a new run. */
    public long resumedStep() {
        return resumed.map(checkpoint -> checkpoint.step().orElseThrow()).orElse(0L);
    }

    /** Puts weights, moments and counters of the checkpoint found into the model and the trainer; nothing for a new run. */
    public void restore(LanguageModel model, Trainer trainer) {
        if (resumed.isPresent()) {
            ModelFiles.loadInto(model, resumed.get());
            try (SafetensorsReader moments = resumed.get().openOptimizer()) {
                trainer.restore(state(resumed.get()), ModelFiles.tensors(moments));
            }
        }
    }

    private RunState state(Checkpoint checkpoint) {
        RunState state = RunState.of(checkpoint.trainer());
        boolean comparable = DataStamp.read(checkpoint.trainer()).map(saved -> saved.val().equals(data.val())).orElse(true);
        return comparable ? state : state.withoutEvaluations();
    }

    /** Where the run's numbers go. */
    public RunLog log() {
        return log;
    }

    /** Writes a whole checkpoint and returns its directory. */
    Path save(RunState state, LanguageModel model, Optimizer optimizer, boolean best) {
        log.sync();
        Map<String, FileWriter> files = new LinkedHashMap<>(TokenizerFiles.of(tokenizer, model.blockSize()));
        files.put(CONFIG, file -> Files.writeString(file, config.toYaml()));
        lastWhole = store.save(state.step(), new CheckpointContents(ModelFiles.weights(model), ModelFiles.named(optimizer.state()),
                TokenizerStamp.of(tokenizer).in(ModelFiles.configJson(model)), data.in(state.toJson()), files), best);
        new LeftLog(config.run().directory().resolve(METRICS)).drop();
        return lastWhole;
    }

    /** Lets {@code best} point at the checkpoint of a step, which is there. */
    void markBest(long step) {
        store.markBest(step);
    }

    /**
     * What a failed run can be gone on with, for a message.
     *
     * @param newestHasIt whether the newest checkpoint holds the weights that failed
     */
    String lastGood(boolean newestHasIt) {
        if (newestHasIt) {
            return "the checkpoint " + lastWhole + " holds these weights, so go on from an earlier one, or start over";
        }
        return lastWhole == null ? "no checkpoint was written yet" : "the last good checkpoint is " + lastWhole;
    }

    @Override
    public void close() {
        try (lock) {
            if (log != null) {
                log.close();
            }
        }
    }
}
