package inkhorn.train;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Shape;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.Batch;
import inkhorn.nn.LanguageModel;
import inkhorn.optim.Optimizer;
import inkhorn.optim.Optimizers;
import inkhorn.train.parallel.Shards;
import java.util.Collections;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The memory, in bytes, that training a model on batches of one size takes. It is counted in two real steps on shapes
 * alone; the second step reuses the arrays of the first. Java itself and the working memory of the kernels, some tens
 * of MiB, are not included.
 *
 * @param weights     the parameters, and a position table that is computed
 * @param gradients   one a trained parameter, and where a step has several batches the sums that wait to be added
 * @param moments     the optimizer's, and the average of the weights if there is one
 * @param activations what a step's scope holds: what the forward pass keeps for the backward pass, and the backward
 *     pass's own
 */
public record TrainingMemory(long weights, long gradients, long moments, long activations) {

    /**
     * For batches of {@code batch} sequences of {@code time} tokens.
     *
     * @param model makes the model; asked once, on shapes alone
     * @param kind the optimizer, of which the moments are counted
     * @param recomputesBlocks as {@code train.activation_checkpointing}
     * @throws IllegalArgumentException when some array would have more elements than Java allows
     */
    public static TrainingMemory of(Supplier<LanguageModel> model, Optimizers kind, boolean recomputesBlocks, int batch,
                                    int time) {
        return of(model, kind, recomputesBlocks, batch, time, 1, 1);
    }

    /**
     * As above.
     *
     * @param microBatches of a step of this process, whose gradients wait for each other to be added
     * @param processes that train together; that with the most moments is counted, without the buffers of its messages
     */
    public static TrainingMemory of(Supplier<LanguageModel> model, Optimizers kind, boolean recomputesBlocks, int batch,
                                    int time, int microBatches, int processes) {
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel made = model.get();
            Shape.of(batch, time, made.tokenTable().shape().last());    // refuses it before such ids are made
            long weights = shapes.permanentBytes();
            Shards shards = new Shards(made.namedParameters(), kind, processes);
            Optimizer optimizer = kind.create(kind.defaults(), shards.targets(shards.largest(), Map.of()));
            long moments = shapes.permanentBytes() - weights;
            int[] ids = new int[Shape.of(batch, time).size()];
            TrainStep training = new TrainStep(made, optimizer, step -> 0, 1, 0, recomputesBlocks);
            for (int step = 0; step < 2; step++) {
                training.run(step, Collections.nCopies(microBatches, new Batch(ids, ids, batch, time))
                        .toArray(Batch[]::new));
            }
            long gradients = shapes.permanentBytes() - weights - moments;
            return new TrainingMemory(weights, gradients, moments, shapes.heldBytes());
        }
    }

    /** For the batches of a config, of whole contexts. */
    public static TrainingMemory of(RunConfig config, int vocabSize) {
        return of(config, vocabSize, config.model().gpt().blockSize());
    }

    /**
     * For the batches of a config.
     *
     * @param block tokens of a row
     * @throws UserError that names the keys when some array would have more elements than Java allows
     */
    public static TrainingMemory of(RunConfig config, int vocabSize, int block) {
        return of(config, vocabSize, block, 1);
    }

    /**
     * As above, for each of several processes.
     *
     * @param processes a divisor of {@code train.grad_accum}
     */
    public static TrainingMemory of(RunConfig config, int vocabSize, int block, int processes) {
        int batch = config.train().batchSize();
        try {
            TrainingMemory counted = of(() -> Models.trainable(config.model().create(vocabSize, new Rng(0)), config),
                    config.optim().optimizer(),
                    config.train().activationCheckpointing(), batch, block,
                    config.train().gradAccum() / processes, processes);
            return config.optim().emaDecay() > 0 ? counted.withAverage() : counted;
        } catch (IllegalArgumentException e) {
            throw new UserError("train.batch_size " + batch + " with model.block_size " + block + ": " + e.getMessage()
                    + "; choose a smaller train.batch_size, and raise train.grad_accum by as much");
        }
    }

    /** An average for each trained weight, as many bytes as a gradient has. */
    private TrainingMemory withAverage() {
        return new TrainingMemory(weights, gradients, moments + gradients, activations);
    }

    /** All of it. */
    public long total() {
        return weights + gradients + moments + activations;
    }
}
