package inkhorn.autograd.kernel;

/** The part of {@link Kernels} that attends to kept keys and values, as in generating. */
public interface CacheKernels {
    /**
     * Keeps the keys and values of {@code time} positions of each sequence.
     *
     * @param k (B·T) rows of key heads
     * @param v (B·T) rows of key heads
     * @param first B: which position of its sequence the first of the T is
     * @param keys one array a sequence, as {@link CacheShape} says
     * @param values one array a sequence
     */
    void keepKeysAndValues(CacheShape shape, HeadRows k, HeadRows v, int time, int[] first, float[][] keys,
                           float[][] values);

    /**
     * {@link AttentionKernels#attention} for one query of each sequence, over its kept keys and values: the same bits,
     * if those are the same.
     *
     * @param q B rows of H heads
     * @param at B: the queries' positions; keys up to there, and at least one, are kept
     * @param out (B, H·D)
     */
    void cachedAttention(CacheShape shape, HeadRows q, int[] at, float[][] keys, float[][] values, float[] out);
}
