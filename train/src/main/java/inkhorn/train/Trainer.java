package inkhorn.train;

import inkhorn.autograd.Scope;
import inkhorn.autograd.ScopeInterrupted;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.NamedTensor;
import inkhorn.config.OptimConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.Batch;
import inkhorn.data.BatchSampler;
import inkhorn.data.BatchSource;
import inkhorn.data.DataSplit;
import inkhorn.data.TokenFile;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.optim.BatchSchedule;
import inkhorn.optim.Optimizer;
import inkhorn.optim.WeightAverage;
import inkhorn.train.parallel.Agreement;
import inkhorn.train.parallel.Alone;
import inkhorn.train.parallel.Collectives;
import inkhorn.train.parallel.GradientSum;
import inkhorn.train.parallel.Ranks;
import inkhorn.train.parallel.Shards;
import inkhorn.train.parallel.SharedMoments;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;
import java.util.stream.Stream;

/**
 * Trains a model: a loop of steps, with checkpoints and evaluations in between, that reports events to a listener. It
 * writes no files; the listener {@link Run} does. A step is a pure function of (config, seed, step) and the state, so a
 * training that was stopped at any step continues as if it had not been stopped.
 */
public final class Trainer {

    /** Why a training ended. */
    public enum End {
        /** All steps are done. */
        FINISHED,
        /** Somebody asked for it. */
        STOPPED,
        /** The step to stop at is reached; the schedule goes on behind it. */
        PAUSED,
        /** The validation loss had not fallen for {@code train.patience} evaluations. */
        NO_PROGRESS,
        /** The validation loss is at {@code train.stop_at_loss} or below. */
        LOSS_REACHED
    }

    private final TrainConfig config;
    private final LanguageModel model;
    private final PeakMeter peak;
    private final Ranks ranks;
    private final Agreement stop;
    private final Consumer<TrainEvent> listener;

    private final Optimizer optimizer;
    /** Null where the config asks for none. */
    private final WeightAverage average;
    private final TrainStep trainStep;
    private final GradientSum sum;
    /** Null where this process is alone. */
    private final SharedMoments shared;
    /** What is to be shared out before the first step; null for nothing. */
    private Map<String, Tensor> restoredMoments;
    private final PreparedData data;
    private final long seed;
    private final BatchSchedule schedule;
    /** Of the steps to come, with what they learn from. */
    private BatchSchedule.Stage stage;
    private BatchSource batches;
    private Batch[] microBatches;
    private final Evaluator evaluator;
    private final StepProfile profile = new StepProfile();
    private RunState state = RunState.START;
    private long savedStep;
    /** Whether the short text of the evaluation that was made last is still to be written. */
    private boolean sampleDue;

    /**
     * A trainer at step 0.
     *
     * @param peak          what a step's share of the machine's peak is read from
     * @param stopRequested asked all the time, within steps and evaluations too; when it says yes, a checkpoint of the
     *     steps done is due and {@link #run} returns
     * @param listener      told on this thread what happens; what it throws ends the training
     * @throws inkhorn.data.DataException when a split is too short for the model's block size
     */
    public Trainer(RunConfig config, LanguageModel model, PreparedData data, PeakMeter peak,
                   BooleanSupplier stopRequested, Consumer<TrainEvent> listener) {
        this(config, config.optim().lrSchedule()::at, model, data, peak, stopRequested, new Alone(), listener);
    }

    /**
     * As above.
     *
     * @param learningRate of each step, counted from 0
     * @param ranks of the training; see {@link #together}
     * @param listener of rank 0; the others have nothing to tell
     */
    Trainer(RunConfig config, LongToDoubleFunction learningRate, LanguageModel model, PreparedData data,
            PeakMeter peak, BooleanSupplier stopRequested, Ranks ranks, Consumer<TrainEvent> listener) {
        OptimConfig optim = config.optim();
        this.seed = config.run().seed();
        this.data = data;
        this.config = config.train();
        this.model = model;
        this.peak = peak;
        this.ranks = ranks;
        this.stop = new Agreement(ranks, stopRequested);
        this.listener = listener;
        Shards shards = new Shards(model.namedParameters(), optim.optimizer(), ranks.size());
        optimizer = Models.optimizer(model, optim, shards, ranks.rank());
        shared = ranks.size() == 1 ? null : new SharedMoments(ranks, shards, optim.optimizer(), optimizer);
        sum = new GradientSum(ranks, shards);
        average = optim.emaDecay() == 0 ? null : new WeightAverage(model.namedParameters(), optim.emaDecay());
        trainStep = new TrainStep(model, optimizer, learningRate, optim.gradClip(), seed,
                this.config.activationCheckpointing(), this.config.lossTerms(), sum, stop, profile::end);
        schedule = this.config.batchSchedule();
        enter(schedule.at(0));
        evaluator = new Evaluator(config, model, data, ranks, stop, average);
    }

    /**
     * A trainer of another process than rank 0, which tells nobody what happens; see {@link #together}.
     *
     * @param ranks of the training
     */
    public static Trainer following(RunConfig config, LanguageModel model, PreparedData data,
            BooleanSupplier stopRequested, Ranks ranks) {
        return new Trainer(config, config.optim().lrSchedule()::at, model, data, PeakMeter.none(), stopRequested, ranks,
                event -> { });
    }

    /** The batches that a run with this seed learns from, in their order. */
    public static BatchSampler batches(TokenFile split, int batchSize, int blockSize, long seed) {
        return new BatchSampler(split, batchSize, blockSize, Streams.draw(seed, Streams.TRAIN_BATCHES));
    }

    /** As above, of any kind of data. */
    public static BatchSource batches(DataSplit split, int batchSize, int blockSize, long seed) {
        return split.random(batchSize, blockSize, Streams.draw(seed, Streams.TRAIN_BATCHES));
    }

    /** Where the training stands. */
    public RunState state() {
        return state;
    }

    /**
     * Goes on from a checkpoint of this state.
     *
     * @param raw what {@link TrainEvent.CheckpointDue#raw()} was; the model holds the weights that were saved with it
     * @param sampleIsMissing whether the training was stopped between the evaluation of this step and its short text
     */
    void restore(RunState restored, Map<String, Tensor> moments, Map<String, Tensor> raw,
                 boolean sampleIsMissing) {
        if (average != null) {
            average.restore(raw);
        }
        if (shared == null) {
            optimizer.restore(moments, restored.optimizerSteps());
        } else {
            restoredMoments = moments;
        }
        state = restored;
        savedStep = restored.step();
        sampleDue = sampleIsMissing;
    }

    /**
     * The other processes of a training take over where rank 0 stands: weights, moments and state. To be called by all
     * of them before {@link #run}, by rank 0 after {@link #restore}; of no effect in a process that is alone.
     *
     * @throws inkhorn.train.parallel.RankException where a process does not take part
     */
    public void together() {
        if (shared == null) {
            return;
        }
        Collectives collectives = new Collectives(ranks);
        byte[] own = state.toJson().toString().getBytes(StandardCharsets.UTF_8);
        state = RunState.of(collectives.gather("the state of the run", own)[0]);
        savedStep = state.step();
        for (Parameter parameter : model.namedParameters()) {
            collectives.spread(parameter.name(), parameter.tensor().data(), parameter.tensor().size());
        }
        if (average != null) {
            average.others().forEach((name, tensor) ->
                    collectives.spread("average of " + name, tensor.data(), tensor.size()));
        }
        if (state.optimizerSteps() > 0) {
            shared.restore(restoredMoments, state.optimizerSteps());
        }
        restoredMoments = null;
    }

    /**
     * Trains up to {@code train.max_iters} and lets a checkpoint of the last step be due. At a step where both are due,
     * the checkpoint comes before the evaluation, which may take long.
     *
     * @throws TrainException when a loss, the gradient or a weight stops being a finite number
     */
    public End run() {
        return run(config.maxIters());
    }

    /**
     * Trains as {@link #run()} does, but no further than to this step, at which what is due is done: the same steps as
     * those of a training that does not stop there.
     *
     * @param stopAt steps done at the end; as many as {@code train.max_iters} or more for all of them
     */
    public End run(long stopAt) {
        try {
            End end;
            do {
                end = runWithBatchesOfOneSize(stopAt);
            } while (end == null);
            return end;
        } catch (ScopeInterrupted e) {
            return end(End.STOPPED);
        }
    }

    /** Null where larger batches come next, for which the arrays of these are given up. */
    private End runWithBatchesOfOneSize(long stopAt) {
        int batchSize = schedule.at(state.step()).batchSize();
        try (Scope run = Scope.open()) {
            while (true) {
                if (!state.isEvaluated() && isDue(config.evalInterval())) {
                    evaluate();
                    sampleDue = true;
                }
                if (sampleDue) {
                    sample();
                }
                if (config.isReached(state.bestValLoss())) {
                    return end(End.LOSS_REACHED);
                }
                if (config.patience() > 0 && state.evalsSinceBest() >= config.patience()) {
                    return end(End.NO_PROGRESS);
                }
                if (state.step() >= config.maxIters()) {
                    return end(End.FINISHED);
                }
                if (state.step() >= stopAt) {
                    return end(End.PAUSED);
                }
                if (stop.getAsBoolean()) {
                    return end(End.STOPPED);
                }
                if (schedule.at(state.step()).batchSize() != batchSize) {
                    return null;
                }
                step();
                if (isDue(config.checkpointInterval()) || state.step() == config.maxIters()) {
                    checkpoint(false);
                }
            }
        }
    }

    private boolean isDue(int interval) {
        return config.isDue(interval, state.step());
    }

    private End end(End reason) {
        if (savedStep != state.step()) {
            checkpoint(false);
        }
        return reason;
    }

    private void step() {
        if (peak.measureIfDue()) {
            listener.accept(new TrainEvent.PeakMeasured(peak.flopsPerSecond()));
        }
        long started = System.nanoTime();
        profile.begin();
        TrainStep.Result result;
        try (Scope interruptible = Scope.open(stop.atAnyOp())) {
            result = trainStep.run(state.step(), nextBatches());
        }
        result.requireFinite(this::place);
        if (average != null) {
            average.update(optimizer.steps() - 1);
        }
        state = state.stepped(optimizer.steps());
        if (isDue(config.logInterval())) {
            profile.report(state.step());
        }
        listener.accept(stepped(result, (System.nanoTime() - started) * 1e-9));
    }

    /** Where a micro-batch was computed; nothing to say of a process that is alone. */
    private String place(int microBatch) {
        int rank = microBatch / (microBatches.length / ranks.size());
        return ranks.size() == 1 ? "" : " in rank " + rank + " (" + ranks.host(rank) + ")";
    }

    private void enter(BatchSchedule.Stage next) {
        long first = next.firstStep() * next.batches();
        stage = next;
        batches = batches(data.trainSplit(), next.batchSize(), model.blockSize(), seed)
                .startingAt(first, schedule.sequences(next.firstStep()));
        microBatches = Stream.generate(() -> batches.batch(first)).limit(next.batches()).toArray(Batch[]::new);
    }

    /** The batches of the step to come, in the arrays of those of the step before. */
    private Batch[] nextBatches() {
        if (schedule.at(state.step()) != stage) {
            enter(schedule.at(state.step()));
        }
        for (int i = 0; i < microBatches.length; i++) {
            batches.fill(state.step() * microBatches.length + i, microBatches[i].inputs(), microBatches[i].targets());
        }
        profile.end(TrainStep.Phase.DATA);
        return microBatches;
    }

    private TrainEvent stepped(TrainStep.Result done, double seconds) {
        double tokensPerS = done.tokens() / seconds;
        double waited = sum.takeSecondsWaited() / seconds;
        return new TrainEvent.Stepped(done.step(), done.loss(), done.lr(), done.gradNorm(), seconds * 1e3, tokensPerS,
                peak.share(tokensPerS / ranks.size()), ranks.size() == 1 ? Double.NaN : waited);
    }

    private void evaluate() {
        Evaluation.Losses losses;
        try (PhaseTimer timer = PhaseTimer.start("evaluation")) {
            losses = evaluator.losses(state.step(), listener);
        }
        state = state.evaluated(losses.valLoss());
        listener.accept(new TrainEvent.Evaluated(losses, state.isBest()));
        losses.requireFinite();
        if (state.isBest()) {
            checkpoint(true);
        }
    }

    private void sample() {
        try (PhaseTimer timer = PhaseTimer.start("sample")) {
            evaluator.sample(state.step())
                    .ifPresent(text -> listener.accept(new TrainEvent.Sampled(state.step(), text)));
        }
        sampleDue = false;
    }

    private void checkpoint(boolean best) {
        if (savedStep != state.step()) {
            requireFiniteWeights();
        }
        if (ranks.rank() != 0) {
            if (savedStep != state.step()) {
                shared.handOver();
            }
        } else if (average == null) {
            listener.accept(new TrainEvent.CheckpointDue(state, model, moments(), Map.of(), best));
        } else {
            try (WeightAverage.InPlace shown = average.inPlace()) {
                listener.accept(new TrainEvent.CheckpointDue(state, model, moments(), average.others(), best));
            }
        }
        savedStep = state.step();
    }

    private List<NamedTensor> moments() {
        return shared == null ? ModelFiles.named(optimizer.state()) : shared.whole();
    }

    /** A checkpoint of damaged weights would pass for the last good one. */
    private void requireFiniteWeights() {
        for (Parameter parameter : model.namedParameters()) {
            Tensor tensor = parameter.tensor();
            if (!Double.isFinite(KernelProvider.kernels().sumOfSquares(tensor.data(), tensor.size()))) {
                throw new TrainException(state.step(), parameter.name() + " is no longer made of finite numbers");
            }
        }
    }
}
