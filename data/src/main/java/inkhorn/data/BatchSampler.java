package inkhorn.data;

/**
 * Random windows of a split. The batch of a step depends on nothing but the {@link Draw} and the step: no state moves,
 * so a resumed run sees what the undisturbed one would have seen. Safe from any number of threads if the draw is.
 */
public final class BatchSampler {
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

    /** The batch of {@code step} in new arrays. */
    public Batch batch(long step) {
        int[] inputs = new int[batchSize * blockSize];
        int[] targets = new int[batchSize * blockSize];
        fill(step, inputs, targets);
        return new Batch(inputs, targets, batchSize, blockSize);
    }

    /**
     * The batch of {@code step} in the caller's arrays, both (B, T) row-major; allocates nothing.
     *
     * @throws IllegalArgumentException if an array is not of B·T elements
     */
    public void fill(long step, int[] inputs, int[] targets) {
        int size = batchSize * blockSize;
        if (inputs.length != size || targets.length != size) {
            throw new IllegalArgumentException("fill: inputs and targets must have " + batchSize + " x " + blockSize
                    + " = " + size + " elements, got " + inputs.length + " and " + targets.length);
        }
        // A window of T inputs and T targets takes T + 1 ids: the last start is length - T - 1.
        long starts = tokens.length() - blockSize;
        for (int b = 0; b < batchSize; b++) {
            long start = draw.below(starts, step, b);
            tokens.read(start, inputs, b * blockSize, blockSize);
            tokens.read(start + 1, targets, b * blockSize, blockSize);
        }
    }

    public int batchSize() {
        return batchSize;
    }

    public int blockSize() {
        return blockSize;
    }
}
