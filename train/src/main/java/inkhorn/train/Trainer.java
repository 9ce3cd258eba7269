package inkhorn.train;

import inkhorn.autograd.Scope;
import inkhorn.autograd.ScopeInterrupted;
import inkhorn.autograd.Tensor;
import inkhorn.config.OptimConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.Batch;
import inkhorn.data.BatchSampler;
import inkhorn.data.TokenFile;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.optim.Optimizer;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Teaches a model: steps, with checkpoints and evaluations in between. What a step does is a pure function of (config, seed, step), so a
 * run that stops anywhere goes on as if it had not.
 */
public final class Trainer {

    /** Why a run ended. */
    public enum End {
        /** All steps are done. */
        FINISHED,
        /** Somebody asked for it. */
        STOPPED,
        /** The validation loss had not fallen for {@code train.patience} evaluations. */
        NO_PROGRESS
    }

    private final TrainConfig config;
    private final LanguageModel model;
    private final RunDirectory directory;
    private final TrainListener listener;
    private final PeakMeter peak;
    private final BooleanSupplier stopRequested;

    private final FiniteGuard guard;
    private final Optimizer optimizer;
    private final TrainStep trainStep;
    private final BatchSampler batches;
    private final Batch[] microBatches;
    private final StepProfile profile = new StepProfile();
    private final Evaluator evaluator;
    private RunState state = RunState.START;
    private long savedStep = -1;

    /**
     * A trainer at step 0.
     *
     * @param peak what a step's share of the machine's peak is read from
     * @param stopRequested asked all the time, within steps and evaluations too; when it says yes, a checkpoint of the steps done is
     *     written and {@link #run} returns
     * @throws inkhorn.data.DataException when a split is too short for the model's block size
     */
    public Trainer(RunConfig config, LanguageModel model, PreparedData data, RunDirectory directory,
                   TrainListener listener, PeakMeter peak, BooleanSupplier stopRequested) {
        this.config = config.train();
        this.model = model;
        this.directory = directory;
        this.listener = listener;
        this.peak = peak;
        this.stopRequested = stopRequested;
        guard = new FiniteGuard(model.namedParameters(), step -> directory.lastGood(savedStep == step));
        OptimConfig optim = config.optim();
        optimizer = optim.optimizer().create(model.namedParameters(), optim.hyperparameters());
        trainStep = new TrainStep(model, optimizer, optim.lrSchedule()::at, optim.gradClip(), config.run().seed(), profile::end);
        batches = batches(data.train(), this.config.batchSize(), model.blockSize(), config.run().seed());
        microBatches = Stream.generate(() -> batches.batch(0)).limit(this.config.gradAccum()).toArray(Batch[]::new);
        evaluator = new Evaluator(config, model, data, stopRequested);
    }

    /** The batches that a run with this seed learns from, in their order. */
    public static BatchSampler batches(TokenFile split, int batchSize, int blockSize, long seed) {
        return new BatchSampler(split, batchSize, blockSize, Streams.draw(seed, Streams.TRAIN_BATCHES));
    }

    /** Where the run stands. */
    public RunState state() {
        return state;
    }

    /** Goes on from what {@link RunDirectory#restore} read. The checkpoint may be older than the evaluation of its step. */
    void restore(RunState restored, Map<String, Tensor> moments) {
        optimizer.restore(moments, restored.optimizerSteps());
        state = restored;
        savedStep = restored.step();
        if (!state.isEvaluated()) {
            directory.log().evaluation(state.step()).ifPresent(eval -> {
                state = state.evaluated(eval.valLoss());
                keepBest();
            });
        }
    }

    /**
     * Trains up to {@code train.max_iters} and leaves a checkpoint of the last step. At a step where both are due, the checkpoint is
     * written before the evaluation, which may take long.
     *
     * @throws TrainException when the loss or the gradient stops being a finite number; earlier checkpoints stay
     */
    public End run() {
        try (Scope run = Scope.open()) {
            while (true) {
                if (!state.isEvaluated() && due(config.evalInterval())) {
                    evaluate();
                }
                if (config.patience() > 0 && state.evalsSinceBest() >= config.patience()) {
                    return end(End.NO_PROGRESS);
                }
                if (state.step() >= config.maxIters()) {
                    return end(End.FINISHED);
                }
                if (stopRequested.getAsBoolean()) {
                    return end(End.STOPPED);
                }
                step();
                if (due(config.checkpointInterval()) || state.step() == config.maxIters()) {
                    save(false);
                }
            }
        } catch (ScopeInterrupted e) {
            return end(End.STOPPED);
        }
    }

    private boolean due(int interval) {
        return interval > 0 && (state.step() % interval == 0 || state.step() == config.maxIters());
    }

    private End end(End reason) {
        if (savedStep != state.step() && state.step() > 0) {
            save(false);
        }
        return reason;
    }

    private void step() {
        if (peak.measureIfDue()) {
            listener.peakMeasured(peak.flopsPerSecond());
        }
        long started = System.nanoTime();
        profile.begin();
        TrainStep.Result result;
        try (Scope interruptible = Scope.open(stopRequested)) {
            result = trainStep.run(state.step(), microBatches());
        }
        guard.requireFinite(result.step(), result.loss(), result.gradNorm());
        double seconds = (System.nanoTime() - started) * 1e-9;
        double tokensPerS = result.tokens() / seconds;
        RunLog.Train done = new RunLog.Train(result.step(), result.loss(), result.lr(), result.gradNorm(), seconds * 1e3, tokensPerS,
                peak.share(tokensPerS));
        state = state.stepped(optimizer.steps());
        if (due(config.logInterval())) {
            directory.log().append(done);
            profile.report(state.step());
        }
        listener.stepped(done);
    }

    /** The batches of the step to come, in the arrays of those of the step before. */
    private Batch[] microBatches() {
        for (int i = 0; i < microBatches.length; i++) {
            batches.fill(state.step() * microBatches.length + i, microBatches[i].inputs(), microBatches[i].targets());
        }
        profile.end(TrainStep.Phase.DATA);
        return microBatches;
    }

    private void evaluate() {
        RunLog.Eval eval;
        try (PhaseTimer timer = PhaseTimer.start("evaluation")) {
            eval = evaluator.losses(state.step(), listener);
        }
        directory.log().append(eval);
        guard.requireFinite(eval);
        state = state.evaluated(eval.valLoss());
        listener.evaluated(eval, state.isBest());
        keepBest();
        try (PhaseTimer timer = PhaseTimer.start("sample")) {
            evaluator.sample(state.step()).ifPresent(listener::sampled);
        }
    }

    /** Lets {@code best} point at this step's checkpoint if the evaluation just counted is the best yet. */
    private void keepBest() {
        if (state.isBest() && savedStep == state.step()) {
            directory.markBest(state.step());
        } else if (state.isBest()) {
            save(true);
        }
    }

    private void save(boolean best) {
        guard.requireFiniteWeights(state.step());
        listener.saving(state.step());
        try (PhaseTimer timer = PhaseTimer.start("saving")) {
            Path saved = directory.save(state, model, optimizer, best);
            savedStep = state.step();
            listener.saved(savedStep, saved);
        }
    }
}
