package inkhorn.config;

import inkhorn.autograd.ops.LossTerms;
import inkhorn.nn.config.Check;
import inkhorn.optim.BatchSchedule;
import java.util.List;

/**
 * Section {@code train}: the length of the training, its batches, and its evaluations, checkpoints and logs. An
 * interval of 0 means never.
 *
 * @param batchSize          sequences of {@code model.block_size} tokens in a batch
 * @param gradAccum          batches whose gradients are averaged before a step
 * @param batchWarmupIters   steps over which the sequences of a step grow to those of {@code gradAccum} batches
 * @param batchWarmupFrom    sequences of the first step then: {@link BatchSchedule}
 * @param maxIters           steps
 * @param evalInterval       steps between evaluations
 * @param evalIters          batches an evaluation averages over; 0 = the whole validation split
 * @param logInterval        steps between lines of the log
 * @param checkpointInterval steps between checkpoints; a last one is always written
 * @param keep               checkpoints kept, the latest ones; the best one is kept besides
 * @param patience           evaluations without a better validation loss after which the run stops; 0 = never
 * @param stopAtLoss         the run stops at a validation loss of this or less, in nats; 0 = never
 * @param sampleChars        characters of text printed at each evaluation; 0 = none
 * @param activationCheckpointing whether the activations of a block are computed a second time in the backward pass
 *     instead of being kept until then
 * @param labelSmoothing     of the loss that is trained on: {@link LossTerms}
 * @param zLoss              likewise
 * @param freeze             patterns of the names of parameters that are not trained, in which {@code *} stands for any
 *     characters and {@code ?} for one
 */
public record TrainConfig(int batchSize, int gradAccum, int batchWarmupIters, int batchWarmupFrom, int maxIters,
        int evalInterval, int evalIters, int logInterval, int checkpointInterval, int keep, int patience,
        double stopAtLoss, int sampleChars, boolean activationCheckpointing, double labelSmoothing, double zLoss,
        List<String> freeze) {
    public TrainConfig {
        freeze = List.copyOf(freeze);
        boolean warmsUp = batchWarmupIters > 0 && batchWarmupFrom > 0 && batchSize > 0 && gradAccum > 0;
        long sequences = (long) batchSize * gradAccum;
        new Check("train")
                .atLeast("batch_size", batchSize, 1)
                .atLeast("grad_accum", gradAccum, 1)
                .atLeast("batch_warmup_iters", batchWarmupIters, 0)
                .atLeast("batch_warmup_from", batchWarmupFrom, 1)
                .that(!warmsUp || batchWarmupFrom < sequences, "batch_warmup_from", "found " + batchWarmupFrom
                        + ", expected fewer than the " + sequences + " sequences of train.batch_size x"
                        + " train.grad_accum; lower it, or set batch_warmup_iters to 0", "batch_size", "grad_accum")
                .that(!warmsUp || batchWarmupFrom <= batchSize || batchWarmupFrom % batchSize == 0,
                        "batch_warmup_from", "found " + batchWarmupFrom + ", expected at most train.batch_size of "
                        + batchSize + " or a multiple of it", "batch_size")
                .atLeast("max_iters", maxIters, 1)
                .atLeast("eval_interval", evalInterval, 0)
                .atLeast("eval_iters", evalIters, 0)
                .atLeast("log_interval", logInterval, 0)
                .atLeast("checkpoint_interval", checkpointInterval, 0)
                .atLeast("keep", keep, 1)
                .atLeast("patience", patience, 0)
                .that(patience <= 0 || evalInterval != 0, "patience", "found " + patience
                        + ", but train.eval_interval is 0, so nothing is evaluated; set an eval_interval, or"
                        + " patience to 0",
                        "eval_interval")
                .atLeast("stop_at_loss", stopAtLoss, 0)
                .that(!(stopAtLoss > 0) || evalInterval != 0, "stop_at_loss", "found " + stopAtLoss
                        + ", but train.eval_interval is 0, so nothing is evaluated; set an eval_interval, or"
                        + " stop_at_loss to 0",
                        "eval_interval")
                .atLeast("sample_chars", sampleChars, 0)
                .within("label_smoothing", labelSmoothing, 0, 1)
                .atLeast("z_loss", zLoss, 0)
                .done();
    }

    /** As in nanoGPT's config/train_shakespeare_char.py. */
    public static TrainConfig defaults() {
        return new TrainConfig(64, 1, 0, 1, 5000, 250, 200, 10, 250, 3, 0, 0, 200, false, 0, 0, List.of());
    }

    /** The sequences of each step. */
    public BatchSchedule batchSchedule() {
        return new BatchSchedule(batchSize, gradAccum, batchWarmupIters, batchWarmupFrom);
    }

    /** What a step's loss is made of beside the cross-entropy. */
    public LossTerms lossTerms() {
        return new LossTerms(labelSmoothing, zLoss);
    }

    /** Whether the run is over with this as its best validation loss. */
    public boolean isReached(double bestValLoss) {
        return stopAtLoss > 0 && bestValLoss <= stopAtLoss;
    }

    /**
     * Whether something that happens every {@code interval} steps, and after the last one, happens after this many
     * steps.
     */
    public boolean isDue(int interval, long step) {
        return interval > 0 && (step % interval == 0 || step == maxIters);
    }
}
