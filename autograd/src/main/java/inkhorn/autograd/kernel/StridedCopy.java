package inkhorn.autograd.kernel;

import java.util.Arrays;

/**
 * A block of elements read with one set of strides and written with another. A zero stride on the reading side repeats;
 * on the writing side strides are never zero (a sum is {@link Kernels#sum}).
 *
 * @param dims sizes of the block, outermost first, neighbours merged where both sides allow it; at least one
 */
public record StridedCopy(int[] dims, int fromOffset, int[] fromStrides, int toOffset, int[] toStrides) {
    public static StridedCopy of(int[] dims, int fromOffset, int[] fromStrides, int toOffset, int[] toStrides) {
        int[][] merged = merge(dims, fromStrides, toStrides);
        return new StridedCopy(merged[0], fromOffset, merged[1], toOffset, merged[2]);
    }

    /** Drops axes of size 1 and joins neighbouring axes that are contiguous in both strides. */
    static int[][] merge(int[] dims, int[] a, int[] b) {
        int[] size = new int[Math.max(1, dims.length)];
        int[] strideA = new int[size.length];
        int[] strideB = new int[size.length];
        int count = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 1) {
                continue;
            }
            boolean joins = count > 0 && strideA[count - 1] == a[i] * dims[i] && strideB[count - 1] == b[i] * dims[i];
            int at = joins ? count - 1 : count++;
            size[at] = joins ? size[at] * dims[i] : dims[i];
            strideA[at] = a[i];
            strideB[at] = b[i];
        }
        if (count == 0) {
            return new int[][] {{1}, {1}, {1}};
        }
        return new int[][] {Arrays.copyOf(size, count), Arrays.copyOf(strideA, count), Arrays.copyOf(strideB, count)};
    }
}
