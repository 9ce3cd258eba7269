package inkhorn.autograd.kernel;

/**
 * How two operands are broadcast to a contiguous result: axes outermost first, neighbours merged where both operands
 * allow it.
 *
 * @param dims sizes of the result
 * @param aStrides strides of the first operand along them, 0 where it is repeated
 * @param bStrides likewise of the second
 */
public record Broadcast(int[] dims, int[] aStrides, int[] bStrides) {
    /** Two operands of {@code n} elements, neither repeated. */
    public static Broadcast alike(int n) {
        return new Broadcast(new int[] {n}, new int[] {1}, new int[] {1});
    }

    /** The plan with as few axes as possible; at least one. */
    public static Broadcast of(int[] dims, int[] aStrides, int[] bStrides) {
        int[][] merged = StridedCopy.merge(dims, aStrides, bStrides);
        return new Broadcast(merged[0], merged[1], merged[2]);
    }
}
