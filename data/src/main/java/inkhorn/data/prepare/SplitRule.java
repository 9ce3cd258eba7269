package inkhorn.data.prepare;

import inkhorn.data.DataException;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What is for validation. Of one document, the last characters, as in nanoGPT. Of several, whole documents, each by a
 * draw that depends on the seed and its number alone, so that no document is learned from and validated on.
 *
 * @param byDocument whether there are several documents
 * @param trainCharacters of a single document, how many code points from its beginning are for training
 * @param threshold of several, a document is for validation if its draw in [0, 1) is below it
 * @param seed of the draws
 */
record SplitRule(boolean byDocument, long trainCharacters, double threshold, long seed) {
    static SplitRule ofOneText(long characters, double valFraction) {
        return new SplitRule(false, trainCharacters(characters, valFraction), 0, 0);
    }

    /**
     * The draws' threshold is the fraction, moved only as far as it takes to leave neither part without a document.
     *
     * @param lowest draw of all documents
     * @param highest draw of all documents
     */
    static SplitRule ofDocuments(double valFraction, long seed, double lowest, double highest) {
        double threshold = Math.min(Math.max(valFraction, Math.nextUp(lowest)), highest);
        return new SplitRule(true, 0, threshold, seed);
    }

    boolean isForValidation(long document) {
        return draw(seed, document) < threshold;
    }

    /**
     * SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014), the upper 53 bits in [0,
     * 1).
     */
    static double draw(long seed, long document) {
        long z = seed + (document + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1.0p-53;
    }

    /**
     * How many of {@code characters} are for training: the whole part of {@code characters × (1 − valFraction)}, which
     * is {@code int(n * 0.9)} of nanoGPT for 0.1. Decimal, because in doubles 10 × (1 − 0.9) falls below 1.
     *
     * @throws DataException unless {@code 0 < valFraction < 1}
     */
    static long trainCharacters(long characters, double valFraction) {
        requireFraction(valFraction);
        BigDecimal share = BigDecimal.ONE.subtract(BigDecimal.valueOf(valFraction));
        return share.multiply(BigDecimal.valueOf(characters)).setScale(0, RoundingMode.FLOOR).longValueExact();
    }

    static void requireFraction(double valFraction) {
        if (!(valFraction > 0 && valFraction < 1)) {
            throw new DataException("data.val_fraction: " + valFraction
                    + " is out of range; allowed: above 0 and below 1, such as 0.1");
        }
    }
}
