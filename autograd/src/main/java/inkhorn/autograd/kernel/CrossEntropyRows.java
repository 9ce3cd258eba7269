package inkhorn.autograd.kernel;

/**
 * Rows of logits with their targets, or a part of such rows, and what {@link RowKernels#crossEntropy} finds out about
 * each. The arrays have an element for every row of the whole, whatever the part.
 *
 * @param targets the target of each row; a negative one does not count
 * @param first   the first row of this part
 * @param count   rows of this part
 * @param counted how many targets of the whole count
 * @param losses  receives {@code -log softmax(logits)[target]}, 0 where the target does not count
 * @param largest receives the largest logit where the target counts; null: not wanted
 * @param sums    receives the sum of exp(logit - largest) where the target counts; null where {@code largest} is
 */
public record CrossEntropyRows(int[] targets, int first, int count, int counted, double[] losses, float[] largest,
                               double[] sums) {

    /** All of {@code count} rows; only their losses are wanted. */
    public static CrossEntropyRows of(int[] targets, int count) {
        return new CrossEntropyRows(targets, 0, count, counted(targets, count), new double[count], null, null);
    }

    /** All of {@code count} rows, with what {@link RowKernels#crossEntropyGradient} needs. */
    public static CrossEntropyRows withSums(int[] targets, int count) {
        return new CrossEntropyRows(targets, 0, count, counted(targets, count), new double[count], new float[count],
                new double[count]);
    }

    private static int counted(int[] targets, int count) {
        int counted = 0;
        for (int row = 0; row < count; row++) {
            counted += targets[row] >= 0 ? 1 : 0;
        }
        return counted;
    }

    /** Rows {@code from} to {@code to} of the whole, whose results go into the same arrays. */
    public CrossEntropyRows part(int from, int to) {
        return new CrossEntropyRows(targets, from, to - from, counted, losses, largest, sums);
    }

    /** The mean loss of the rows that count, added up in their order; 0 when none counts. */
    public double mean() {
        double total = 0;
        for (int row = first; row < first + count; row++) {
            total += losses[row];
        }
        return counted == 0 ? 0 : total / counted;
    }
}
