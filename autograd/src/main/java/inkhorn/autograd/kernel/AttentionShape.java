package inkhorn.autograd.kernel;

/**
 * The sizes of causal self-attention.
 *
 * @param batch sequences, B
 * @param time positions in each, T
 * @param heads heads, H
 * @param headSize channels of a head, D
 */
public record AttentionShape(int batch, int time, int heads, int headSize) {

    /** Queries that fast kernels handle side by side; the rows of draws are padded to it so that they stay aligned. */
    static final int QUERY_TILE = 32;

    public int channels() {
        return heads * headSize;
    }

    /** 1/√D, which scores are multiplied by. */
    public float scale() {
        return (float) (1 / Math.sqrt(headSize));
    }

    /** The number of the random draw for the weight of key {@code k} in query {@code q}. */
    public long draw(int b, int h, int q, int k) {
        long padded = (time + QUERY_TILE - 1L) / QUERY_TILE * QUERY_TILE;
        return (((long) b * heads + h) * time + k) * padded + q;
    }
}
