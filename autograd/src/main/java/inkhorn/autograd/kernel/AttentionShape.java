package inkhorn.autograd.kernel;

/**
 * The sizes of causal self-attention.
 *
 * @param batch sequences, B
 * @param time positions in each, T
 * @param heads heads of the queries, H
 * @param keyHeads heads of keys and values, a divisor of {@code heads}: each serves a group of query heads
 *     (grouped-query attention, Ainslie et al. 2023)
 * @param headSize channels of a head, D
 */
public record AttentionShape(int batch, int time, int heads, int keyHeads, int headSize) {
    /**
     * What the rows of random draws are padded to, so that fast kernels read them in whole vectors. It is part of the
     * contract: it numbers the draws, and with another number every mask would be another.
     */
    private static final int DRAW_ROW = 32;

    /** H·D, of queries and result. */
    public int channels() {
        return heads * headSize;
    }

    /** Query heads that share a head of keys and values. */
    public int group() {
        return heads / keyHeads;
    }

    /** 1/√D, which scores are multiplied by. */
    public float scale() {
        return scale(headSize);
    }

    static float scale(int headSize) {
        return (float) (1 / Math.sqrt(headSize));
    }

    /** The number of the random draw for the weight of key {@code k} in query {@code q}. */
    public long draw(int b, int h, int q, int k) {
        long padded = (time + DRAW_ROW - 1L) / DRAW_ROW * DRAW_ROW;
        return (((long) b * heads + h) * time + k) * padded + q;
    }
}
