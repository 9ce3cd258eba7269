package inkhorn.train;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Scope;
import inkhorn.data.Batch;
import inkhorn.data.BatchSampler;
import inkhorn.data.EvalWindows;
import inkhorn.data.TokenFile;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Pass;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * The mean loss over a split, without dropout, over the same batches each time. The whole split is walked in windows of
 * block_size, every target counted once, as for published numbers.
 */
public final class Evaluation {

    private final LanguageModel model;
    private final LongFunction<Batch> batches;
    private final long count;

    /**
     * The losses of one evaluation, after {@code step} steps, over fixed batches of either split.
     *
     * @param trainLoss      mean cross-entropy in nats a token
     * @param valLoss        likewise
     * @param valBitsPerByte the same as {@code valLoss}, in bits for each byte of text: comparable between tokenizers
     */
    public record Losses(long step, double trainLoss, double valLoss, double valBitsPerByte) {

        /** Whether both losses are finite numbers. */
        public boolean isFinite() {
            return Double.isFinite(trainLoss) && Double.isFinite(valLoss);
        }

        /** @throws TrainException unless {@link #isFinite()} */
        void requireFinite() {
            if (!isFinite()) {
                throw new TrainException(step, "the losses are " + trainLoss + " in training and " + valLoss
                        + " in validation");
            }
        }
    }

    private Evaluation(LanguageModel model, LongFunction<Batch> batches, long count) {
        this.model = model;
        this.batches = batches;
        this.count = count;
    }

    /** Over every prediction of the split. */
    public static Evaluation whole(LanguageModel model, TokenFile split, int batchSize) {
        EvalWindows windows = new EvalWindows(split, batchSize, model.blockSize());
        return new Evaluation(model, windows::batch, windows.batchCount());
    }

    /** Over {@code count} random batches, the same ones for the same seed and stream. */
    static Evaluation sampled(LanguageModel model, TokenFile split, int batchSize, long count, long seed, long stream) {
        BatchSampler sampler = new BatchSampler(split, batchSize, model.blockSize(), Streams.draw(seed, stream));
        return new Evaluation(model, sampler::batch, count);
    }

    /** How many batches a call of {@link #loss} takes. */
    long batchCount() {
        return count;
    }

    /**
     * The mean loss in nats a token.
     *
     * @param onBatch told before each batch how many are done
     */
    public double loss(LongConsumer onBatch) {
        double sum = 0;
        long tokens = 0;
        for (long i = 0; i < count; i++) {
            onBatch.accept(i);
            Batch batch = batches.apply(i);
            int size = batch.batchSize() * batch.blockSize();
            sum += loss(batch) * size;
            tokens += size;
        }
        return sum / tokens;
    }

    private double loss(Batch batch) {
        try (NoGrad off = NoGrad.open(); Scope scope = Scope.open()) {
            IntTensor inputs = IntTensor.of(batch.inputs(), batch.batchSize(), batch.blockSize());    // (B, T)
            IntTensor targets = IntTensor.of(batch.targets(), batch.batchSize(), batch.blockSize());  // (B, T)
            return model.loss(inputs, targets, Pass.evaluation()).item();
        }
    }
}
