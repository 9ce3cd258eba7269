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
     * Keeps the key and the value of one more position of each sequence, and is {@link AttentionKernels#attention} for
     * its query over all that are kept then: the same bits, if those are the same.
     *
     * @param q B rows of H heads
     * @param k B rows of key heads
     * @param v B rows of key heads
     * @param at B: the new positions; all before them are kept already
     * @param keys one array a sequence, as {@link CacheShape} says
     * @param values one array a sequence
     * @param out (B, H·D)
     */
    void cachedAttention(CacheShape shape, HeadRows q, HeadRows k, HeadRows v, int[] at, float[][] keys,
                         float[][] values, float[] out);
}
