package inkhorn.data;

/**
 * A whole split in order: non-overlapping windows of block_size, so that N ids give N − 1 predictions and every target
 * is counted exactly once. Batches hold as many whole windows as batch_size allows; what is left at the end is one last
 * batch of a single, shorter row. A mean loss over the split weighs each batch by {@code batchSize × blockSize}.
 */
public final class EvalWindows {
    private final TokenFile tokens;
    private final int batchSize;
    private final int blockSize;
    private final long wholeWindows;
    private final int remainder;

    /** @throws DataException if the split is shorter than {@code blockSize + 1} */
    public EvalWindows(TokenFile tokens, int batchSize, int blockSize) {
        tokens.requireWindow(batchSize, blockSize);
        this.tokens = tokens;
        this.batchSize = batchSize;
        this.blockSize = blockSize;
        this.wholeWindows = predictions() / blockSize;
        this.remainder = (int) (predictions() % blockSize);
    }

    /** N − 1. */
    public long predictions() {
        return tokens.length() - 1;
    }

    public long batchCount() {
        return wholeBatches() + (remainder > 0 ? 1 : 0);
    }

    /**
     * @return batch {@code index}: (batchSize, blockSize), or fewer rows at the end of the whole windows, or one
     *     shorter row at the end of the split
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < batchCount()}
     */
    public Batch batch(long index) {
        if (index < 0 || index >= batchCount()) {
            throw new IndexOutOfBoundsException("batch " + index + " of " + batchCount());
        }
        if (index == wholeBatches()) {
            return windows(wholeWindows * blockSize, 1, remainder);
        }
        long firstWindow = index * batchSize;
        int rows = (int) Math.min(batchSize, wholeWindows - firstWindow);
        return windows(firstWindow * blockSize, rows, blockSize);
    }

    private long wholeBatches() {
        return (wholeWindows + batchSize - 1) / batchSize;
    }

    /** Rows follow each other without a gap, so one read covers them all. */
    private Batch windows(long start, int rows, int columns) {
        int[] inputs = new int[rows * columns];
        int[] targets = new int[rows * columns];
        tokens.read(start, inputs, 0, inputs.length);
        tokens.read(start + 1, targets, 0, targets.length);
        return new Batch(inputs, targets, rows, columns);
    }
}
