package inkhorn.train;

import inkhorn.nn.Outline;

/**
 * What training a model on batches of one size takes, in bytes: all of it float32. Not in it: Java itself and the kernels'
 * working space, some tens of MiB.
 *
 * @param weights     the parameters
 * @param gradients   one a parameter
 * @param moments     AdamW's two a parameter
 * @param activations {@link Outline#activations}
 */
public record TrainingMemory(long weights, long gradients, long moments, long activations) {

    /**
     * For batches of {@code batch} sequences of {@code time} tokens.
     *
     * @throws ArithmeticException where that is more than a long can count
     */
    public static TrainingMemory of(Outline outline, int batch, int time) {
        long weights = Math.multiplyExact(outline.parameterCount(), (long) Float.BYTES);
        return new TrainingMemory(weights, weights, Math.multiplyExact(weights, 2L),
                Math.multiplyExact(outline.activations(batch, time), (long) Float.BYTES));
    }

    /** @throws ArithmeticException where that is more than a long can count */
    public long total() {
        return Math.addExact(Math.addExact(weights, gradients), Math.addExact(moments, activations));
    }
}
