package inkhorn.data;

/**
 * What is for validation. Of one document, the last characters, as in nanoGPT. Of several, whole documents, each by a draw
 * that depends on the seed and its number alone, so that no document is learned from and validated on.
 *
 * @param byDocument whether there are several documents
 * @param trainCharacters of a single document, how many code points from its beginning are for training
 * @param threshold of several, a document is for validation if its draw in [0, 1) is below it
 * @param seed of the draws
 */
record SplitRule(boolean byDocument, long trainCharacters, double threshold, long seed) {
    static SplitRule ofOneText(long characters, double valFraction) {
        return new SplitRule(false, Splits.trainCharacters(characters, valFraction), 0, 0);
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

    /** SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014), the upper 53 bits in [0, 1). */
    static double draw(long seed, long document) {
        long z = seed + (document + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1.0p-53;
    }
}
