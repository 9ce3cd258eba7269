package inkhorn.autograd.kernel;

/** The part of {@link Kernels} that attends to all positions at once, as in training, and rotates them before. */
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

    /**
     * The sizes of a rotary position embedding (Su et al. 2021, 3.2): which channels of a row are rotated. A head's
     * first {@code rotated} channels are: channel i with channel {@code i + rotated/2}, the pairing by halves of
     * GPT-NeoX and Llama, not that of neighbours in the paper. All other channels stay as they are.
     *
     * @param rows positions of all sequences, B·T
     * @param width channels of a row
     * @param heads heads that are rotated, side by side from channel 0 on
     * @param headSize channels of a head, D
     * @param rotated an even number, at most D
     */
    record RotaryShape(int rows, int width, int heads, int headSize, int rotated) {
        /** Pairs of a head, and angles of a position. */
        public int pairs() {
            return rotated / 2;
        }
    }

    /**
     * Rotates pairs of channels: {@code (x₁, x₂)} becomes {@code (x₁·cos - x₂·sin, x₂·cos + x₁·sin)}, or the result is
     * added. The other channels of a row are copied or added. Every implementation gives the same bits.
     *
     * @param x (rows, width)
     * @param turns (positions, rotated): the cosines of a position's angles, then their sines
     * @param positions of each row
     * @param back whether to rotate by the opposite angles, as the gradient is
     * @param out (rows, width); may be {@code x} where nothing is added
     */
    void rotate(RotaryShape shape, float[] x, float[] turns, int[] positions, boolean back, float[] out, boolean add);
}
