package inkhorn.autograd.kernel;

/** The part of {@link Kernels} that attends to all positions at once, as in training. */
public interface AttentionKernels {
    /**
     * Causal self-attention of all heads (Vaswani et al. 2017, 3.2; tiled after Dao et al. 2022).
     *
     * @param q (B·T) rows of H heads
     * @param k (B·T) rows of key heads
     * @param v (B·T) rows of key heads
     * @param p dropout of the attention weights; the draw of weight (b, h, q, k) is number
     *     {@link AttentionShape#draw} of {@code key}
     * @param out (B, T, H·D)
     * @param logSumExp (B, H, T), kept for backward
     */
    void attention(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key, float[] out,
                   float[] logSumExp);

    /**
     * The gradients of {@link #attention}; weights are computed again, never stored. The gradient of a key head is the
     * sum over its group's query heads in ascending order. Each of the outputs may be null; they must not overlap.
     */
    void attentionBackward(AttentionShape shape, HeadRows q, HeadRows k, HeadRows v, float p, long key, float[] out,
                           float[] logSumExp, float[] dOut, HeadRows dQ, boolean addQ, HeadRows dK, boolean addK,
                           HeadRows dV, boolean addV);
}
