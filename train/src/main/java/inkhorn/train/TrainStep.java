package inkhorn.train;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.LossTerms;
import inkhorn.data.Batch;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.Pass;
import inkhorn.optim.GradClip;
import inkhorn.optim.Optimizer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;

/**
 * One step of training: zeroed gradients, forward and backward pass of each micro-batch, clipping, update. What it
 * computes is a pure function of the weights, the optimizer's moments, the batches, the seed and the number of the
 * step.
 *
 * <p>A loop of steps reuses the memory of one for the next if a {@link Scope} is open around the loop.
 */
public final class TrainStep {

    /** The parts of a step, in their order. */
    enum Phase {
        DATA, FORWARD, BACKWARD, CLIP, UPDATE
    }

    private final LanguageModel model;
    private final List<Parameter> parameters;
    private final Optimizer optimizer;
    private final LongToDoubleFunction learningRate;
    private final double gradClip;
    private final long seed;
    private final boolean recomputesBlocks;
    private final LossTerms lossTerms;
    private final Consumer<Phase> onPhaseEnd;

    /**
     * What a step has done.
     *
     * @param step     steps done, this one included
     * @param loss     mean loss over all targets of its batches that count, in nats a token
     * @param lr       learning rate of the update
     * @param gradNorm global norm of the gradients before clipping
     * @param tokens   how many tokens it has learned from
     */
    public record Result(long step, double loss, double lr, double gradNorm, long tokens) {

        /** Whether the weights were updated: they are not where the loss or the gradient is not a finite number. */
        public boolean isFinite() {
            return Double.isFinite(loss) && Double.isFinite(gradNorm);
        }

        /** @throws TrainException unless {@link #isFinite()} */
        public void requireFinite() {
            if (!isFinite()) {
                String what = Double.isFinite(loss) ? "the gradient's norm is " + gradNorm : "the loss is " + loss;
                throw new TrainException(step, what + ", so the weights are not updated");
            }
        }
    }

    /**
     * Steps of a model.
     *
     * @param optimizer    of the model's parameters
     * @param learningRate of each step, counted from 0, such as {@link inkhorn.optim.LrSchedule#at}
     * @param gradClip     largest global norm of the gradients; 0 = no clipping
     * @param seed         of dropout
     */
    public TrainStep(LanguageModel model, Optimizer optimizer, LongToDoubleFunction learningRate, double gradClip,
                     long seed) {
        this(model, optimizer, learningRate, gradClip, seed, false);
    }

    /**
     * Steps of a model, as above.
     *
     * @param recomputesBlocks activation checkpointing: see {@link Pass#training(Rng, boolean)}
     */
    public TrainStep(LanguageModel model, Optimizer optimizer, LongToDoubleFunction learningRate, double gradClip,
                     long seed, boolean recomputesBlocks) {
        this(model, optimizer, learningRate, gradClip, seed, recomputesBlocks, LossTerms.NONE, phase -> { });
    }

    /**
     * As above.
     *
     * @param lossTerms what the loss is made of beside the cross-entropy
     * @param onPhaseEnd told the end of each phase, but for that of {@link Phase#DATA}, which comes before the step
     */
    TrainStep(LanguageModel model, Optimizer optimizer, LongToDoubleFunction learningRate, double gradClip, long seed,
              boolean recomputesBlocks, LossTerms lossTerms, Consumer<Phase> onPhaseEnd) {
        this.model = model;
        this.parameters = model.namedParameters();
        this.optimizer = optimizer;
        this.learningRate = learningRate;
        this.gradClip = gradClip;
        this.seed = seed;
        this.recomputesBlocks = recomputesBlocks;
        this.lossTerms = lossTerms;
        this.onPhaseEnd = onPhaseEnd;
    }

    /**
     * Makes one update.
     *
     * @param step         steps done before
     * @param microBatches what the step learns from, one forward and backward pass each; the gradient is that of the
     *                     mean over all their targets that count
     * @throws inkhorn.autograd.ScopeInterrupted when a stop is requested of the scope around it; nothing but gradients
     *     has changed then, which the next step zeroes
     */
    public Result run(long step, Batch... microBatches) {
        optimizer.zeroGrad();
        double loss = 0;
        long tokens = 0;
        double counted = 0;
        for (Batch batch : microBatches) {
            counted += batch.counted();
        }
        for (int i = 0; i < microBatches.length; i++) {
            Rng dropout = new Rng(seed, Streams.DROPOUT, step * microBatches.length + i);
            int ofBatch = microBatches[i].counted();
            float share = (float) (ofBatch / counted);
            loss += accumulateGradients(microBatches[i], share, dropout) / (counted / ofBatch);
            tokens += microBatches[i].inputs().length;
        }
        GradClip clip = GradClip.of(parameters, gradClip);
        onPhaseEnd.accept(Phase.CLIP);
        Result result = new Result(step + 1, loss, learningRate.applyAsDouble(step), clip.norm(), tokens);
        if (result.isFinite()) {
            optimizer.step(result.lr(), clip.factor());
        }
        onPhaseEnd.accept(Phase.UPDATE);
        return result;
    }

    /** Forward and backward pass of one batch; returns its loss. */
    private double accumulateGradients(Batch batch, float share, Rng dropout) {
        try (Scope scope = Scope.open()) {
            IntTensor inputs = IntTensor.of(batch.inputs(), batch.batchSize(), batch.blockSize());      // (B, T)
            IntTensor targets = IntTensor.of(batch.targets(), batch.batchSize(), batch.blockSize());    // (B, T)
            Tensor loss = model.loss(inputs, targets, Pass.training(dropout, recomputesBlocks, lossTerms));
            onPhaseEnd.accept(Phase.FORWARD);
            Backward.from(loss, new float[] {share}, Backward.Keep.NOTHING);
            onPhaseEnd.accept(Phase.BACKWARD);
            return loss.item();
        }
    }
}
