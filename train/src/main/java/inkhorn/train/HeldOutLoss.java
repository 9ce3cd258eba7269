package inkhorn.train;

import inkhorn.data.Batch;
import java.util.function.LongConsumer;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * A model's loss on a text, with a confidence interval. The interval is Student's t interval over the mean losses of
 * the blocks. Blocks of one text are not independent, so the interval tends to be too narrow.
 *
 * @param loss       mean cross-entropy in nats a token: {@link Evaluation}'s figure
 * @param halfWidth  of the loss's 95 % confidence interval; NaN where there are fewer than two whole blocks
 * @param tokens     predictions
 * @param blocks     windows that the interval rests on: all whole ones
 * @param bitsPerNat bits for each byte of the text that a nat a token is: {@code tokens / (bytes · ln 2)}
 */
public record HeldOutLoss(double loss, double halfWidth, long tokens, long blocks, double bitsPerNat) {

    private static final double TWO_SIDED = 0.975;

    /**
     * Evaluates.
     *
     * @param tokensPerByte of the text
     * @param onBatch told before each batch how many are done
     */
    public static HeldOutLoss of(Evaluation evaluation, double tokensPerByte, LongConsumer onBatch) {
        Blocks blocks = new Blocks();
        double loss = evaluation.loss(onBatch, blocks::add);
        return new HeldOutLoss(loss, blocks.halfWidth(), blocks.tokens, blocks.means.getN(),
                tokensPerByte / Math.log(2));
    }

    /** {@code e^loss}. */
    public double perplexity() {
        return Math.exp(loss);
    }

    /** Comparable between tokenizers. */
    public double bitsPerByte() {
        return loss * bitsPerNat;
    }

    /** Of the 95 % confidence interval of {@link #bitsPerByte()}. */
    public double bitsPerByteHalfWidth() {
        return halfWidth * bitsPerNat;
    }

    /** The mean loss of each window. */
    private static final class Blocks {

        private final SummaryStatistics means = new SummaryStatistics();
        private int blockSize;
        private long tokens;

        void add(Batch batch, double[] losses) {
            blockSize = Math.max(blockSize, batch.blockSize());
            for (int row = 0; row < batch.batchSize(); row++) {
                double sum = 0;
                int counted = 0;
                for (int i = row * batch.blockSize(); i < (row + 1) * batch.blockSize(); i++) {
                    sum += losses[i];
                    counted += batch.targets()[i] >= 0 ? 1 : 0;
                }
                tokens += counted;
                if (batch.blockSize() == blockSize) {       // not what is left behind the last whole window
                    means.addValue(sum / counted);
                }
            }
        }

        double halfWidth() {
            long n = means.getN();
            return n < 2 ? Double.NaN : new TDistribution(n - 1).inverseCumulativeProbability(TWO_SIDED)
                    * means.getStandardDeviation() / Math.sqrt(n);
        }
    }
}
