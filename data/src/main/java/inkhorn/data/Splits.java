package inkhorn.data;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Where a text is cut, and whether a part is long enough. */
final class Splits {
    /** Elements of the longest array that every JVM makes. */
    private static final int MOST_TOKENS = Integer.MAX_VALUE - 8;

    private Splits() {}

    /**
     * How many of {@code characters} are for training: the whole part of {@code characters × (1 − valFraction)}, which
     * is {@code int(n * 0.9)} of nanoGPT for 0.1. Decimal, because in doubles 10 × (1 − 0.9) falls below 1.
     *
     * @throws DataException unless {@code 0 < valFraction < 1}
     */
    static long trainCharacters(long characters, double valFraction) {
        requireFraction(valFraction);
        BigDecimal train = BigDecimal.ONE.subtract(BigDecimal.valueOf(valFraction)).multiply(BigDecimal.valueOf(characters));
        return train.setScale(0, RoundingMode.FLOOR).longValueExact();
    }

    static void requireFraction(double valFraction) {
        if (!(valFraction > 0 && valFraction < 1)) {
            throw new DataException("data.val_fraction: " + valFraction + " is out of range; allowed: above 0 and below 1, such as 0.1");
        }
    }

    static void requireWindow(TokenFile tokens, int batchSize, int blockSize) {
        if (batchSize < 1 || blockSize < 1) {
            throw new IllegalArgumentException("batch_size and block_size must be at least 1, got " + batchSize + " and " + blockSize);
        }
        if ((long) batchSize * blockSize > MOST_TOKENS) {
            throw new IllegalArgumentException("batch_size " + batchSize + " times block_size " + blockSize
                    + " must be at most " + MOST_TOKENS + ", the most that one array holds");
        }
        if (tokens.length() < blockSize + 1L) {
            throw new DataException(tokens.path() + ": the split has " + tokens.length() + " tokens, but block_size " + blockSize
                    + " needs at least " + (blockSize + 1L)
                    + "; use a longer text, a smaller model.block_size, or another data.val_fraction");
        }
    }
}
