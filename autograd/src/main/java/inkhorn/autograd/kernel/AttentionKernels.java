package inkhorn.autograd.kernel;

/**
 * The part of {@link Kernels} that attends to all positions at once, as in training.
 */
public interface AttentionKernels {

    /**
     * Causal self-attention of all heads (Vaswani et al. 2017, 3.2; tiled after Dao et al. 2022).
     *
     * @param qkv (B, T, 3·H·D): queries, keys, values side by side, heads side by side in each
     * @param p dropout of the attention weights; the draw of weight (b, h, q, k) is number
     *     {@link AttentionShape#draw} of {@code key}
     * @param out (B, T, H·D)
     * @param logSumExp (B, H, T), kept for backward
     */
    void attention(AttentionShape shape, float[] qkv, float p, long key, float[] out, float[] logSumExp);

    /** The gradient of {@link #attention} with respect to {@code qkv}; weights are computed again, never stored. */
    void attentionBackward(AttentionShape shape, float[] qkv, float p, long key, float[] out, float[] logSumExp,
                           float[] dOut, float[] dQkv, boolean add);
}
