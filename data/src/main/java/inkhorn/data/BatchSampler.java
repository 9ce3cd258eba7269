package inkhorn.data;

/**
 * Random windows of a split. The batch of a step depends on nothing but the {@link Draw} and the step: no state moves,
 * so a resumed run sees what the undisturbed one would have seen. Safe from any number of threads if the draw is.
 */
public final class BatchSampler implements BatchSource {
    /** A source of random numbers without state: the same arguments give the same number, always. */
    @FunctionalInterface
    public interface Draw {
        /** @return the draw of {@code (step, index)}, evenly spread over {@code [0, bound)} */
        long below(long bound, long step, int index);
    }

    private final TokenFile tokens;
    private final int batchSize;
    private final int blockSize;
    private final Draw draw;

    /** @throws DataException if the split is shorter than {@code blockSize + 1} */
    public BatchSampler(TokenFile tokens, int batchSize, int blockSize, Draw draw) {
        tokens.requireWindow(batchSize, blockSize);
        this.tokens = tokens;
        this.batchSize = batchSize;
        this.blockSize = blockSize;
        this.draw = draw;
    }

    /** Allocates nothing. */
    @Override
    public void fill(long step, int[] inputs, int[] targets) {
        requireSizes(inputs, targets);
        // A window of T inputs and T targets takes T + 1 ids: the last start is length - T - 1.
        long starts = tokens.length() - blockSize;
        for (int b = 0; b < batchSize; b++) {
            long start = draw.below(starts, step, b);
            tokens.read(start, inputs, b * blockSize, blockSize);
            tokens.read(start + 1, targets, b * blockSize, blockSize);
        }
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public int blockSize() {
        return blockSize;
    }
}
