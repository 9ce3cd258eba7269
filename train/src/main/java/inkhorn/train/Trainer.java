package inkhorn.train;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.config.OptimConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.BatchSampler;
import inkhorn.data.PreparedData;
import inkhorn.data.TokenFile;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Teaches a model: batch, forward, backward, clip, update, log; with evaluations and checkpoints in between. What a step does
 * is a pure function of (config, seed, step), so a run that stops anywhere goes on as if it had not.
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

    private final RunConfig config;
    private final LanguageModel model;
    private final PreparedData data;
    private final RunDirectory directory;
    private final TrainListener listener;
    private final PeakMeter peak;
    private final BooleanSupplier stopRequested;

    private final List<Parameter> parameters;
    private final AdamW optimizer;
    private final LrSchedule schedule;
    private final BatchSampler sampler;
    private final Evaluation trainLoss;
    private final Evaluation valLoss;
    private final SampleWriter samples;
    private final IntTensor inputs;
    private final IntTensor targets;
    private RunState state = RunState.START;
    private long savedStep = -1;

    /**
     * A trainer at step 0.
     *
     * @param peak what a step's share of the machine's peak is read from
     * @param stopRequested asked after each step; when it says yes, a checkpoint is written and {@link #run} returns
     * @throws inkhorn.data.DataException when a split is too short for the model's block size
     */
    public Trainer(RunConfig config, LanguageModel model, PreparedData data, RunDirectory directory,
                   TrainListener listener, PeakMeter peak, BooleanSupplier stopRequested) {
        TrainConfig train = config.train();
        long seed = config.run().seed();
        int block = model.blockSize();
        this.config = config;
        this.model = model;
        this.data = data;
        this.directory = directory;
        this.listener = listener;
        this.peak = peak;
        this.stopRequested = stopRequested;
        parameters = model.namedParameters();
        optimizer = optimizer(parameters, config.optim());
        schedule = schedule(config.optim());
        sampler = batches(data.train(), train.batchSize(), block, seed);
        valLoss = train.evalIters() == 0 ? Evaluation.whole(model, data.val(), train.batchSize())
                : Evaluation.sampled(model, data.val(), train.batchSize(), train.evalIters(), seed, Streams.EVAL_VAL);
        trainLoss = Evaluation.sampled(model, data.train(), train.batchSize(), valLoss.batchCount(), seed, Streams.EVAL_TRAIN);
        samples = new SampleWriter(model, data.tokenizer(), seed, train.sampleChars());
        inputs = IntTensor.of(new int[train.batchSize() * block], train.batchSize(), block);     // (B, T)
        targets = IntTensor.of(new int[train.batchSize() * block], train.batchSize(), block);    // (B, T)
    }

    /** The batches that a run with this seed learns from, in their order. */
    public static BatchSampler batches(TokenFile split, int batchSize, int blockSize, long seed) {
        return new BatchSampler(split, batchSize, blockSize, Streams.draw(seed, Streams.TRAIN_BATCHES));
    }

    private static AdamW optimizer(List<Parameter> parameters, OptimConfig optim) {
        return new AdamW(parameters, new AdamW.Hyperparameters(optim.beta1(), optim.beta2(), optim.eps(), optim.weightDecay()));
    }

    private static LrSchedule schedule(OptimConfig optim) {
        return new LrSchedule(LrSchedule.Decay.valueOf(optim.schedule().name()), optim.lr(), optim.minLr(),
                optim.warmupIters(), optim.lrDecayIters());
    }

    /** Where the run stands. */
    public RunState state() {
        return state;
    }

    /** Goes on from what {@link RunDirectory#restore} read. */
    void restore(RunState restored, java.util.Map<String, Tensor> moments) {
        optimizer.restore(moments, restored.optimizerSteps());
        state = restored;
        savedStep = restored.step();
    }

    /**
     * Trains up to {@code train.max_iters} and leaves a checkpoint of the last step.
     *
     * @throws TrainException when the loss or the gradient stops being a finite number; earlier checkpoints stay
     */
    public End run() {
        TrainConfig train = config.train();
        try (Scope run = Scope.open()) {
            while (state.step() < train.maxIters()) {
                if (train.patience() > 0 && state.evalsSinceBest() >= train.patience()) {
                    return end(End.NO_PROGRESS);
                }
                if (peak.measureIfDue()) {
                    listener.peakMeasured(peak.flopsPerSecond());
                }
                RunLog.Train done = step();
                if (due(train.logInterval())) {
                    directory.log().append(done);
                }
                listener.stepped(done);
                boolean best = due(train.evalInterval()) && evaluate();
                if (best || due(train.checkpointInterval())) {
                    save(best);
                }
                if (stopRequested.getAsBoolean() && state.step() < train.maxIters()) {
                    return end(End.STOPPED);
                }
            }
            return end(End.FINISHED);
        }
    }

    private boolean due(int interval) {
        return interval > 0 && (state.step() % interval == 0 || state.step() == config.train().maxIters());
    }

    private End end(End reason) {
        if (savedStep != state.step()) {
            save(false);
        }
        return reason;
    }

    /** One update. */
    private RunLog.Train step() {
        long started = System.nanoTime();
        optimizer.zeroGrad();
        double loss = 0;
        for (int micro = 0; micro < config.train().gradAccum(); micro++) {
            loss += accumulateGradients(micro) / config.train().gradAccum();
        }
        GradClip clip = GradClip.of(parameters, config.optim().gradClip());
        requireFinite(loss, clip.norm());
        double lr = schedule.at(state.step());
        optimizer.step(lr, clip.factor());
        state = state.stepped(optimizer.steps());
        double seconds = (System.nanoTime() - started) * 1e-9;
        double tokensPerS = tokensPerStep() / seconds;
        return new RunLog.Train(state.step(), loss, lr, clip.norm(), seconds * 1e3, tokensPerS, peak.share(tokensPerS));
    }

    /** Forward and backward of one batch; returns its loss. */
    private double accumulateGradients(int micro) {
        long batch = state.step() * config.train().gradAccum() + micro;
        sampler.fill(batch, inputs.data(), targets.data());
        Rng dropout = new Rng(config.run().seed(), Streams.DROPOUT, batch);
        try (Scope scope = Scope.open()) {
            Tensor loss = model.loss(inputs, targets, Pass.training(dropout));
            float share = 1f / config.train().gradAccum();
            Backward.from(loss, new float[] {share}, Backward.Keep.NOTHING);
            return loss.item();
        }
    }

    /** Tokens that a step learns from. */
    public long tokensPerStep() {
        return (long) config.train().batchSize() * model.blockSize() * config.train().gradAccum();
    }

    private void requireFinite(double loss, double gradNorm) {
        if (!Double.isFinite(loss) || !Double.isFinite(gradNorm)) {
            String what = Double.isFinite(loss) ? "the gradient's norm is " + gradNorm : "the loss is " + loss;
            throw new TrainException("step " + (state.step() + 1) + ": " + what + "; the weights are not updated and "
                    + directory.lastGood() + "; lower optim.lr, or set optim.grad_clip");
        }
    }

    /** Measures both losses; says whether the validation loss is the lowest yet. */
    private boolean evaluate() {
        double measured = valLoss.loss();
        RunLog.Eval eval = new RunLog.Eval(state.step(), trainLoss.loss(), measured, data.bitsPerByte(measured));
        state = state.evaluated(eval.valLoss());
        directory.log().append(eval);
        requireFinite(eval);
        boolean best = state.bestStep() == state.step();
        listener.evaluated(eval, best);
        samples.write(state.step()).ifPresent(listener::sampled);
        return best;
    }

    private void requireFinite(RunLog.Eval eval) {
        if (!Double.isFinite(eval.trainLoss()) || !Double.isFinite(eval.valLoss())) {
            throw new TrainException("step " + eval.step() + ": the losses are " + eval.trainLoss() + " in training and " + eval.valLoss()
                    + " in validation; " + directory.lastGood() + "; lower optim.lr, or set optim.grad_clip");
        }
    }

    /** Else a checkpoint of damaged weights would pass for the last good one. */
    private void requireFiniteWeights() {
        for (Parameter parameter : parameters) {
            Tensor tensor = parameter.tensor();
            if (!Double.isFinite(KernelProvider.kernels().sumOfSquares(tensor.data(), tensor.size()))) {
                throw new TrainException("step " + state.step() + ": " + parameter.name() + " is no longer made of finite numbers; "
                        + directory.lastGood() + "; lower optim.lr, or set optim.grad_clip");
            }
        }
    }

    private void save(boolean best) {
        requireFiniteWeights();
        listener.saved(state.step(), directory.save(state, model, optimizer, best));
        savedStep = state.step();
    }
}
