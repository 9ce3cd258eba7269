package inkhorn.data;

/**
 * Contexts and what follows them.
 *
 * @param inputs (B, T) row-major ids
 * @param targets (B, T): {@code targets[b, t]} is the id after {@code inputs[b, t]}, or negative where it does not
 *     count
 * @param batchSize B
 * @param blockSize T
 */
public record Batch(int[] inputs, int[] targets, int batchSize, int blockSize) {
    public Batch {
        if (inputs.length != batchSize * blockSize || targets.length != inputs.length) {
            throw new IllegalArgumentException("batch: (" + batchSize + ", " + blockSize + ") needs "
                    + batchSize * blockSize + " inputs and targets, got " + inputs.length + " and " + targets.length);
        }
    }

    /** How many targets count: a negative one does not. */
    public int counted() {
        int counted = 0;
        for (int target : targets) {
            counted += target >= 0 ? 1 : 0;
        }
        return counted;
    }
}
