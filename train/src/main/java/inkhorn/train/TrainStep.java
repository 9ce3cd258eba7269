package inkhorn.train;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.config.OptimConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.TrainConfig;
import inkhorn.data.BatchSampler;
import inkhorn.data.TokenFile;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import inkhorn.optim.Optimizer;
import inkhorn.optim.GradClip;
import inkhorn.optim.LrSchedule;
import inkhorn.train.StepProfile.Phase;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One step of training: batches, forward, backward, clip, update. What it computes is a pure function of (config, seed, step, weights,
 * moments). A step that a stop request interrupts has changed nothing but gradients, which the next step sets to zero.
 */
final class TrainStep {

    private final RunConfig config;
    private final LanguageModel model;
    private final FiniteGuard guard;
    private final BooleanSupplier stopRequested;

    private final List<Parameter> parameters;
    private final Optimizer optimizer;
    private final LrSchedule schedule;
    private final BatchSampler sampler;
    private final IntTensor inputs;
    private final IntTensor targets;
    private final StepProfile profile = new StepProfile();

    TrainStep(RunConfig config, LanguageModel model, TokenFile split, FiniteGuard guard, BooleanSupplier stopRequested) {
        TrainConfig train = config.train();
        OptimConfig optim = config.optim();
        int block = model.blockSize();
        this.config = config;
        this.model = model;
        this.guard = guard;
        this.stopRequested = stopRequested;
        parameters = model.namedParameters();
        optimizer = optim.optimizer().create(parameters, optim.hyperparameters());
        schedule = optim.lrSchedule();
        sampler = Trainer.batches(split, train.batchSize(), block, config.run().seed());
        inputs = IntTensor.of(new int[train.batchSize() * block], train.batchSize(), block);     // (B, T)
        targets = IntTensor.of(new int[train.batchSize() * block], train.batchSize(), block);    // (B, T)
    }

    /** Its moments and its count of updates belong to the state of the run. */
    Optimizer optimizer() {
        return optimizer;
    }

    StepProfile profile() {
        return profile;
    }

    /**
     * One update.
     *
     * @param step steps done before
     * @return the step's numbers, but for its share of the peak
     * @throws TrainException when the loss or the gradient is not a finite number; the weights are then what they were
     * @throws inkhorn.autograd.ScopeInterrupted when a stop is requested before the update; likewise
     */
    RunLog.Train run(long step) {
        long started = System.nanoTime();
        profile.begin();
        optimizer.zeroGrad();
        double loss = 0;
        for (int micro = 0; micro < config.train().gradAccum(); micro++) {
            loss += accumulateGradients(step * config.train().gradAccum() + micro) / config.train().gradAccum();
        }
        GradClip clip = GradClip.of(parameters, config.optim().gradClip());
        profile.end(Phase.CLIP);
        guard.requireFinite(step + 1, loss, clip.norm());
        double lr = schedule.at(step);
        optimizer.step(lr, clip.factor());
        profile.end(Phase.UPDATE);
        double seconds = (System.nanoTime() - started) * 1e-9;
        return new RunLog.Train(step + 1, loss, lr, clip.norm(), seconds * 1e3, tokens() / seconds, Double.NaN);
    }

    /** Forward and backward of one batch; returns its loss. */
    private double accumulateGradients(long batch) {
        sampler.fill(batch, inputs.data(), targets.data());
        Rng dropout = new Rng(config.run().seed(), Streams.DROPOUT, batch);
        profile.end(Phase.DATA);
        try (Scope scope = Scope.open(stopRequested)) {
            Tensor loss = model.loss(inputs, targets, Pass.training(dropout));
            profile.end(Phase.FORWARD);
            float share = 1f / config.train().gradAccum();
            Backward.from(loss, new float[] {share}, Backward.Keep.NOTHING);
            profile.end(Phase.BACKWARD);
            return loss.item();
        }
    }

    /** Tokens that a step learns from. */
    long tokens() {
        return (long) config.train().batchSize() * model.blockSize() * config.train().gradAccum();
    }
}
