package inkhorn.data;

/** Batches to learn from, as many as are asked for: each a function of its number alone. */
public interface BatchSource {
    /** B, sequences in a batch. */
    int batchSize();

    /** T, tokens of each. */
    int blockSize();

    /**
     * The batch of {@code step} in the caller's arrays, both (B, T) row-major.
     *
     * @throws IllegalArgumentException if an array is not of B·T elements
     */
    void fill(long step, int[] inputs, int[] targets);

    /** The batch of {@code step} in new arrays. */
    default Batch batch(long step) {
        int[] inputs = new int[batchSize() * blockSize()];
        int[] targets = new int[batchSize() * blockSize()];
        fill(step, inputs, targets);
        return new Batch(inputs, targets, batchSize(), blockSize());
    }

    /**
     * The same source for batches from {@code batch} on, before which others had {@code sequences} in all: a source
     * that gives each sequence once before any comes again goes on with the next one.
     */
    default BatchSource startingAt(long batch, long sequences) {
        return this;
    }

    /** @throws IllegalArgumentException if an array is not of B·T elements */
    default void requireSizes(int[] inputs, int[] targets) {
        int size = batchSize() * blockSize();
        if (inputs.length != size || targets.length != size) {
            throw new IllegalArgumentException("fill: inputs and targets must have " + batchSize() + " x " + blockSize()
                    + " = " + size + " elements, got " + inputs.length + " and " + targets.length);
        }
    }
}
