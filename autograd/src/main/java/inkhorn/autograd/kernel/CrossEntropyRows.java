package inkhorn.autograd.kernel;

/**
 * Rows of logits with their targets, or a part of such rows, and what {@link RowKernels#crossEntropy} finds out about
 * each. The arrays have an element for every row of the whole, whatever the part.
 *
 * @param targets the target of each row; a negative one does not count
 * @param first   the first row of this part
 * @param count   rows of this part
 * @param counted how many targets of the whole count
 * @param labelSmoothing the share of the wanted probability that all tokens get alike
 * @param zLoss   what the squared logarithm of the sum of exp(logit) is multiplied by in a loss
 * @param spread  the wanted probability of every token, {@code labelSmoothing / V}
 * @param losses  receives {@link #loss}, 0 where the target does not count
 * @param largest receives the largest logit where the target counts; null: not wanted
 * @param sums    receives the sum of exp(logit - largest) where the target counts; null where {@code largest} is
 */
public record CrossEntropyRows(int[] targets, int first, int count, int counted, double labelSmoothing,
                               double zLoss, double spread, double[] losses, float[] largest, double[] sums) {

    /** All of {@code count} rows; only their losses are wanted. */
    public static CrossEntropyRows of(int[] targets, int count) {
        return of(targets, count, 0, 0, 1);
    }

    /**
     * As above.
     *
     * @param vocabulary V, logits of a whole row
     */
    public static CrossEntropyRows of(int[] targets, int count, double labelSmoothing, double zLoss, int vocabulary) {
        return new CrossEntropyRows(targets, 0, count, counted(targets, count), labelSmoothing, zLoss,
                labelSmoothing / vocabulary, new double[count], null, null);
    }

    /** All of {@code count} rows, with what {@link RowKernels#crossEntropyGradient} needs. */
    public static CrossEntropyRows withSums(int[] targets, int count) {
        return withSums(targets, count, 0, 0, 1);
    }

    /**
     * As above.
     *
     * @param vocabulary V, logits of a whole row
     */
    public static CrossEntropyRows withSums(int[] targets, int count, double labelSmoothing, double zLoss,
                                            int vocabulary) {
        return new CrossEntropyRows(targets, 0, count, counted(targets, count), labelSmoothing, zLoss,
                labelSmoothing / vocabulary, new double[count], new float[count], new double[count]);
    }

    /** Whether a loss is {@code -log softmax(logits)[target]} and nothing else. */
    public boolean isPlain() {
        return spread == 0 && zLoss == 0;
    }

    /** How much more than {@link #spread} is the wanted probability of a target. */
    public double hit() {
        return 1 - labelSmoothing;
    }

    /**
     * The loss of a row whose target counts.
     *
     * @param logSum the logarithm of the sum of exp(logit)
     * @param target the target's logit
     * @param total  the sum of all logits; not read where {@link #spread} is 0
     */
    public double loss(double logSum, double target, double total) {
        return logSum - hit() * target - (spread == 0 ? 0 : spread * total) + zLoss * logSum * logSum;
    }

    /** What the softmax is multiplied by in the gradient of {@link #loss}. */
    public double ofSoftmax(double logSum) {
        return 1 + 2 * zLoss * logSum;
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
        return new CrossEntropyRows(targets, from, to - from, counted, labelSmoothing, zLoss, spread, losses, largest,
                sums);
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
