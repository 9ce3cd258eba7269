package inkhorn.data;

import java.util.Arrays;

/**
 * A whole split in order, as windows of block_size that begin {@code stride} tokens apart: N ids give N − 1
 * predictions, and every target counts exactly once. Where windows overlap, only the targets that no window before has
 * count, so each has at least {@code block_size − stride} tokens of context (Hugging Face's "perplexity of fixed-length
 * models"); the others are −1. Batches hold as many whole windows as batch_size allows; what is left at the end is one
 * last batch of a single, shorter row. A mean loss over the split weighs each batch by the targets that count.
 */
public final class EvalWindows implements BatchSequence {
    private final TokenFile tokens;
    private final int batchSize;
    private final int blockSize;
    private final int stride;
    private final long wholeWindows;

    /**
     * Windows that do not overlap.
     *
     * @throws DataException if the split is shorter than {@code blockSize + 1}
     */
    public EvalWindows(TokenFile tokens, int batchSize, int blockSize) {
        this(tokens, batchSize, blockSize, blockSize);
    }

    /**
     * @param stride from 1 to {@code blockSize}
     * @throws DataException if the split is shorter than {@code blockSize + 1}
     */
    public EvalWindows(TokenFile tokens, int batchSize, int blockSize, int stride) {
        tokens.requireWindow(batchSize, blockSize);
        if (stride < 1 || stride > blockSize) {
            throw new IllegalArgumentException("a stride must be from 1 to the block size of " + blockSize + ", found "
                    + stride);
        }
        this.tokens = tokens;
        this.batchSize = batchSize;
        this.blockSize = blockSize;
        this.stride = stride;
        this.wholeWindows = (predictions() - blockSize) / stride + 1;
    }

    /** N − 1. */
    public long predictions() {
        return tokens.length() - 1;
    }

    /** Predictions behind the last whole window. */
    private int remainder() {
        return (int) ((predictions() - blockSize) % stride);
    }

    @Override
    public long batchCount() {
        return wholeBatches() + (remainder() > 0 ? 1 : 0);
    }

    /**
     * @return batch {@code index}: (batchSize, blockSize), or fewer rows at the end of the whole windows, or one
     *     shorter row at the end of the split
     * @throws IndexOutOfBoundsException unless {@code 0 <= index < batchCount()}
     */
    @Override
    public Batch batch(long index) {
        if (index < 0 || index >= batchCount()) {
            throw new IndexOutOfBoundsException("batch " + index + " of " + batchCount());
        }
        if (index == wholeBatches()) {
            return windows(wholeWindows, 1, blockSize - stride + remainder());
        }
        long firstWindow = index * batchSize;
        return windows(firstWindow, (int) Math.min(batchSize, wholeWindows - firstWindow), blockSize);
    }

    private long wholeBatches() {
        return (wholeWindows + batchSize - 1) / batchSize;
    }

    private Batch windows(long first, int rows, int columns) {
        int[] inputs = new int[rows * columns];
        int[] targets = new int[rows * columns];
        for (int row = 0; row < rows; row++) {
            long start = (first + row) * stride;
            tokens.read(start, inputs, row * columns, columns);
            tokens.read(start + 1, targets, row * columns, columns);
            int counted = first + row == 0 ? 0 : blockSize - stride;
            Arrays.fill(targets, row * columns, row * columns + counted, -1);
        }
        return new Batch(inputs, targets, rows, columns);
    }
}
