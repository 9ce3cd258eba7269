package inkhorn.train;

import inkhorn.autograd.Scope;
import inkhorn.autograd.ScopeInterrupted;
import inkhorn.autograd.Tensor;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.BatchSampler;
import inkhorn.data.TokenFile;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;

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
    private final TrainStep trainStep;
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
        trainStep = new TrainStep(config, model, data.train(), guard, stopRequested);
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

    /** Tokens that a step learns from. */
    public long tokensPerStep() {
        return trainStep.tokens();
    }

    /** Goes on from what {@link RunDirectory#restore} read. The checkpoint may be older than the evaluation of its step. */
    void restore(RunState restored, Map<String, Tensor> moments) {
        trainStep.optimizer().restore(moments, restored.optimizerSteps());
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
        RunLog.Train done = trainStep.run(state.step());
        done = done.withPeakShare(peak.share(done.tokensPerS()));
        state = state.stepped(trainStep.optimizer().steps());
        if (due(config.logInterval())) {
            directory.log().append(done);
            trainStep.profile().report(state.step());
        }
        listener.stepped(done);
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
            Path saved = directory.save(state, model, trainStep.optimizer(), best);
            savedStep = state.step();
            listener.saved(savedStep, saved);
        }
    }
}
