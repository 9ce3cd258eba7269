package inkhorn.train;

import inkhorn.autograd.Backward;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.ops.LossTerms;
import inkhorn.data.Batch;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import inkhorn.optim.GradClip;
import inkhorn.optim.Optimizer;
import inkhorn.train.parallel.Agreement;
import inkhorn.train.parallel.Alone;
import inkhorn.train.parallel.GradientSum;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongToDoubleFunction;

/**
 * One step of training: zeroed gradients, forward and backward pass of each micro-batch, clipping, update. What it
 * computes is a pure function of the weights, the optimizer's moments, the batches, the seed and the number of the
 * step.
 *
 * <p>If a {@link Scope} is open around a loop of steps, each step reuses the memory of the previous one.
 */
public final class TrainStep {

    /** The parts of a step, in their order. */
    enum Phase {
        DATA, FORWARD, BACKWARD, CLIP, UPDATE
    }

    private final LanguageModel model;
    private final Optimizer optimizer;
    private final LongToDoubleFunction learningRate;
    private final double gradClip;
    private final long seed;
    private final boolean recomputesBlocks;
    private final LossTerms lossTerms;
    private final GradientSum sum;
    private final Agreement stop;
    private final Consumer<Phase> onPhaseEnd;

    /**
     * What a step has done.
     *
     * @param step     steps done, this one included
     * @param loss     mean loss over all targets of its batches that count, in nats a token
     * @param lr       learning rate of the update
     * @param gradNorm global norm of the gradients before clipping
     * @param tokens   how many tokens it has learned from
     * @param damaged  the first of its micro-batches whose loss is not a finite number; -1 for none
     */
    public record Result(long step, double loss, double lr, double gradNorm, long tokens, int damaged) {

        /** Whether the weights were updated: they are not where the loss or the gradient is not a finite number. */
        public boolean isFinite() {
            return Double.isFinite(loss) && Double.isFinite(gradNorm);
        }

        /** @throws TrainException unless {@link #isFinite()} */
        public void requireFinite() {
            requireFinite(microBatch -> "");
        }

        /**
         * As above.
         *
         * @param place what to say of where a micro-batch was computed
         */
        void requireFinite(IntFunction<String> place) {
            if (!isFinite()) {
                String what = Double.isFinite(loss) ? "the gradient's norm is " + gradNorm
                        : "the loss is " + loss + (damaged < 0 ? "" : place.apply(damaged));
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
        this(model, optimizer, learningRate, gradClip, seed, recomputesBlocks, LossTerms.NONE,
                new GradientSum(model.namedParameters()), new Agreement(new Alone(), () -> false), phase -> { });
    }

    /**
     * As above.
     *
     * @param optimizer of what this process updates
     * @param lossTerms what the loss is made of beside the cross-entropy
     * @param sum       adds the gradients of the micro-batches
     * @param stop      what the processes of a training agree on in each step
     * @param onPhaseEnd told the end of each phase, but for that of {@link Phase#DATA}, which comes before the step
     */
    TrainStep(LanguageModel model, Optimizer optimizer, LongToDoubleFunction learningRate, double gradClip, long seed,
              boolean recomputesBlocks, LossTerms lossTerms, GradientSum sum, Agreement stop,
              Consumer<Phase> onPhaseEnd) {
        this.model = model;
        this.optimizer = optimizer;
        this.learningRate = learningRate;
        this.gradClip = gradClip;
        this.seed = seed;
        this.recomputesBlocks = recomputesBlocks;
        this.lossTerms = lossTerms;
        this.sum = sum;
        this.stop = stop;
        this.onPhaseEnd = onPhaseEnd;
    }

    /**
     * Makes one update.
     *
     * @param step         steps done before
     * @param microBatches what the step learns from, one forward and backward pass each; the gradient is that of the
     *                     mean over all their targets that count, added by a binary tree over the micro-batches. Of
     *                     several processes each is given all of them, and takes its share.
     * @throws inkhorn.autograd.ScopeInterrupted when a stop is requested of the scope around it; nothing but gradients
     *     has changed then, which the next step zeroes
     */
    public Result run(long step, Batch... microBatches) {
        double counted = 0;
        long tokens = 0;
        for (Batch batch : microBatches) {
            counted += batch.counted();
            tokens += batch.inputs().length;
        }
        double[] losses = new double[microBatches.length];
        sum.begin(microBatches.length);
        for (int i = sum.first(); i < sum.end(); i++) {
            Rng dropout = new Rng(seed, Streams.DROPOUT, step * microBatches.length + i);
            sum.beginMicroBatch();
            float share = (float) (microBatches[i].counted() / counted);
            losses[i] = gradients(microBatches[i], share, dropout, sum.wantsLeaves(i) ? sum::arrived : null);
            sum.endMicroBatch(i);
        }
        GradientSum.Totals totals = sum.totals(losses, stop.isWanted());
        stop.decide(totals.stops());
        GradClip clip = GradClip.of(totals.squares(), gradClip);
        onPhaseEnd.accept(Phase.CLIP);
        double loss = 0;
        int damaged = -1;
        for (int i = 0; i < losses.length; i++) {
            loss += losses[i] / (counted / microBatches[i].counted());
            damaged = damaged < 0 && !Double.isFinite(losses[i]) ? i : damaged;
        }
        Result result = new Result(step + 1, loss, learningRate.applyAsDouble(step), clip.norm(), tokens, damaged);
        if (result.isFinite()) {
            optimizer.step(result.lr(), clip.factor());
            sum.shareWeights();
        }
        onPhaseEnd.accept(Phase.UPDATE);
        return result;
    }

    /** Forward and backward pass of one batch; returns its loss. */
    private double gradients(Batch batch, float share, Rng dropout, Consumer<Tensor> onLeaf) {
        try (Scope scope = Scope.open()) {
            IntTensor inputs = IntTensor.of(batch.inputs(), batch.batchSize(), batch.blockSize());      // (B, T)
            IntTensor targets = IntTensor.of(batch.targets(), batch.batchSize(), batch.blockSize());    // (B, T)
            Tensor loss = model.loss(inputs, targets, Pass.training(dropout, recomputesBlocks, lossTerms));
            onPhaseEnd.accept(Phase.FORWARD);
            Backward.from(loss, new float[] {share}, Backward.Keep.NOTHING, onLeaf);
            onPhaseEnd.accept(Phase.BACKWARD);
            return loss.item();
        }
    }
}
