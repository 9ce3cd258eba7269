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
 * @param alibi whether a score is lower by {@link #slope} for each position between key and query
 */
public record AttentionShape(int batch, int time, int heads, int keyHeads, int headSize, boolean alibi) {
    /**
     * What the rows of random draws are padded to, so that fast kernels read them in whole vectors. It is part of the
     * contract: it numbers the draws, and with another number every mask would be another.
     */
    private static final int DRAW_ROW = 32;

    /** Without ALiBi. */
    public AttentionShape(int batch, int time, int heads, int keyHeads, int headSize) {
        this(batch, time, heads, keyHeads, headSize, false);
    }

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

    /** ALiBi's slope of a head; 0 without. */
    public double slope(int head) {
        return alibi ? slope(heads, head) : 0;
    }

    /** What is taken from a score before {@link #scale} for each position between key and query; 0 without ALiBi. */
    public float unscaledSlope(int head) {
        return unscaled(slope(head), headSize);
    }

    /** Rounded once, so that whoever attends has the same bits. */
    static float unscaled(double slope, int headSize) {
        return (float) (slope * Math.sqrt(headSize));
    }

    /**
     * The slope of one of H heads: {@code 2^(-8(head+1)/H)}; where H is no power of two, the slopes of the largest
     * power below it, and then every other one of twice that power (Press et al. 2022, 3, and the code of the paper).
     */
    static double slope(int heads, int head) {
        int power = Integer.highestOneBit(heads);
        return StrictMath.pow(2, head < power ? -8.0 * (head + 1) / power : -4.0 * (2 * (head - power) + 1) / power);
    }

    /** The number of the random draw for the weight of key {@code k} in query {@code q}. */
    public long draw(int b, int h, int q, int k) {
        long padded = (time + DRAW_ROW - 1L) / DRAW_ROW * DRAW_ROW;
        return (((long) b * heads + h) * time + k) * padded + q;
    }
}
