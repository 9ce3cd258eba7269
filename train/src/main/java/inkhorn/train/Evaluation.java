package inkhorn.train;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Scope;
import inkhorn.data.Batch;
import inkhorn.data.BatchSequence;
import inkhorn.data.BatchSource;
import inkhorn.data.DataSplit;
import inkhorn.nn.LanguageModel;
import inkhorn.train.parallel.Agreement;
import inkhorn.train.parallel.Ranks;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * The mean loss over a split, without dropout, over the same batches each time. If the whole split is evaluated, every
 * target counts once, as in published figures.
 */
public final class Evaluation {

    private final LanguageModel model;
    private final LongFunction<Batch> batches;
    private final long count;

    /** Hears of the loss of every token. */
    @FunctionalInterface
    public interface TokenLosses {

        /** @param losses in nats, of each target of the batch; of no meaning where the target is negative */
        void of(Batch batch, double[] losses);
    }

    /**
     * The losses of one evaluation, after {@code step} steps, over fixed batches of either split.
     *
     * @param trainLoss      mean cross-entropy in nats a token
     * @param valLoss        likewise
     * @param valBitsPerByte the same as {@code valLoss}, in bits for each byte of text: comparable between tokenizers
     * @param rawValLoss     where the others are of the average of the weights: the validation loss of the weights
     *     themselves; else NaN
     */
    public record Losses(long step, double trainLoss, double valLoss, double valBitsPerByte, double rawValLoss)
            implements RunRecord {

        /** Without an average of the weights. */
        public Losses(long step, double trainLoss, double valLoss, double valBitsPerByte) {
            this(step, trainLoss, valLoss, valBitsPerByte, Double.NaN);
        }

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
    public static Evaluation whole(LanguageModel model, DataSplit split, int batchSize) {
        return of(model, split.inOrder(batchSize, model.blockSize()));
    }

    /** Over every prediction of these batches. */
    public static Evaluation of(LanguageModel model, BatchSequence batches) {
        return new Evaluation(model, batches::batch, batches.batchCount());
    }

    /** Over the {@code count} random batches that a training with this seed takes of its validation split. */
    public static Evaluation sampledVal(LanguageModel model, DataSplit split, int batchSize, long count, long seed) {
        return sampled(model, split, batchSize, count, seed, Streams.EVAL_VAL);
    }

    /** As {@link #sampledVal}, of its training split. */
    public static Evaluation sampledTrain(LanguageModel model, DataSplit split, int batchSize, long count, long seed) {
        return sampled(model, split, batchSize, count, seed, Streams.EVAL_TRAIN);
    }

    /** Over {@code count} random batches, the same ones for the same seed and stream. */
    private static Evaluation sampled(LanguageModel model, DataSplit split, int batchSize, long count, long seed,
            long stream) {
        BatchSource sampler = split.random(batchSize, model.blockSize(), Streams.draw(seed, stream));
        return new Evaluation(model, sampler::batch, count);
    }

    /** How many batches a call of {@link #loss} takes. */
    public long batchCount() {
        return count;
    }

    /**
     * The mean loss in nats a token.
     *
     * @param onBatch told before each batch how many are done
     */
    public double loss(LongConsumer onBatch) {
        return loss(onBatch, (batch, losses) -> {});
    }

    /** As {@link #loss(LongConsumer)}, and hands every token's loss on. */
    public double loss(LongConsumer onBatch, TokenLosses onTokens) {
        return loss(onBatch, onTokens, 0, 1, (sum, counted) -> new double[][] {{sum, counted}});
    }

    /**
     * As {@link #loss(LongConsumer)}, shared out between processes, each of which gets the same bits as one that does
     * it alone.
     *
     * @throws inkhorn.autograd.ScopeInterrupted when the processes agree to stop before the end
     */
    double loss(LongConsumer onBatch, Ranks ranks, Agreement agreement) {
        return loss(onBatch, (batch, losses) -> {}, ranks.rank(), ranks.size(),
                (sum, counted) -> agreement.gather("losses of an evaluation", sum, counted));
    }

    /** Tells all processes the sums of a round, and gets those of all. */
    @FunctionalInterface
    private interface Round {
        double[][] of(double sum, double counted);
    }

    private double loss(LongConsumer onBatch, TokenLosses onTokens, int rank, int ranks, Round round) {
        double sum = 0;
        double tokens = 0;
        for (long first = 0; first < count; first += ranks) {
            onBatch.accept(first);
            double own = 0;
            int counted = 0;
            if (first + rank < count) {
                Batch batch = batches.apply(first + rank);
                double[] losses = losses(batch);
                onTokens.of(batch, losses);
                double ofBatch = 0;
                for (double loss : losses) {
                    ofBatch += loss;
                }
                counted = batch.counted();
                own = (double) (float) (ofBatch / counted) * counted;      // a batch's mean is a float, as in training
            }
            for (double[] ofRank : round.of(own, counted)) {
                sum += ofRank[0];
                tokens += ofRank[1];
            }
        }
        return sum / tokens;
    }

    private double[] losses(Batch batch) {
        try (NoGrad off = NoGrad.open(); Scope scope = Scope.open()) {
            IntTensor inputs = IntTensor.of(batch.inputs(), batch.batchSize(), batch.blockSize());    // (B, T)
            IntTensor targets = IntTensor.of(batch.targets(), batch.batchSize(), batch.blockSize());  // (B, T)
            return model.losses(inputs, targets);
        }
    }
}
