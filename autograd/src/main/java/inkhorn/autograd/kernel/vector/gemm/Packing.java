package inkhorn.autograd.kernel.vector.gemm;

import static inkhorn.autograd.kernel.vector.loops.VectorMath.S;
import static inkhorn.autograd.kernel.vector.loops.VectorMath.W;

import inkhorn.autograd.kernel.vector.loops.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Copies of matrix blocks in the order in which {@link MicroKernel} reads them: panels of {@code width} rows (or
 * columns), each stored k-major, padded with zeros to full width.
 */
public final class Packing {
    /** Where panels begin in an array of their own. */
    public static final int START = Scratch.ALIGNED;

    /** Panels that {@link #contiguousPanels} fills at a time. */
    private static final int ABREAST = 8;

    private Packing() {}

    /**
     * How many floats the panels of {@code n} rows or columns by {@code k} take, from {@link #START} on, and a vector
     * to run over into.
     */
    public static int size(int n, int k, int width) {
        return START + panels(n, width) * distance(k, width) + W;
    }

    public static int panels(int n, int width) {
        return (n + width - 1) / width;
    }

    /**
     * One panel out of a source in which the packed direction is contiguous: element (p, r) is at
     * {@code from[offset + p·step + r]}. {@code to} holds a vector more than the panels need.
     */
    public static void contiguous(float[] from, int offset, int step, int k, int count, float[] to, int at, int width) {
        int p = 0;
        if (count == width) {
            // Whole vectors, the last one running over into the next line, which is written afterwards.
            int reach = (width + W - 1) / W * W;
            int safe = rowsWithin(from, offset, step, k, reach);
            for (; p < safe; p++) {
                for (int r = 0; r < width; r += W) {
                    FloatVector.fromArray(S, from, offset + p * step + r).intoArray(to, at + p * width + r);
                }
            }
        }
        for (; p < k; p++) {
            int target = at + p * width;
            System.arraycopy(from, offset + p * step, to, target, count);
            Arrays.fill(to, target + count, target + width, 0);
        }
    }

    /**
     * The panels of {@code count} rows or columns, {@code width} each (at most three vectors), from {@link #START} on
     * at distances of {@link #distance}, out of a source as in {@link #contiguous}. Row by row over some panels at a
     * time: a row of one panel is a cache line or two, too few to be fetched ahead.
     */
    public static void contiguousPanels(float[] from, int offset, int step, int k, int count, float[] to, int width) {
        int whole = count / width;
        int distance = distance(k, width);
        int reach = (width + W - 1) / W * W;
        int safe = rowsWithin(from, offset + Math.max(0, whole - 1) * width, step, k, reach);
        for (int first = 0; first < whole; first += ABREAST) {
            int end = Math.min(whole, first + ABREAST);
            for (int p = 0; p < safe; p++) {
                int source = offset + p * step + first * width;
                int target = START + first * distance + p * width;
                for (int i = first; i < end; i++) {
                    FloatVector.fromArray(S, from, source).intoArray(to, target);
                    if (width > W) {
                        FloatVector.fromArray(S, from, source + W).intoArray(to, target + W);
                    }
                    if (width > 2 * W) {
                        FloatVector.fromArray(S, from, source + 2 * W).intoArray(to, target + 2 * W);
                    }
                    source += width;
                    target += distance;
                }
            }
        }
        for (int p = safe; p < k; p++) {
            for (int i = 0; i < whole; i++) {
                System.arraycopy(from, offset + p * step + i * width, to, START + i * distance + p * width, width);
            }
        }
        if (whole * width < count) {
            contiguous(from, offset + whole * width, step, k, count - whole * width, to, START + whole * distance,
                    width);
        }
    }

    /** How many of k rows can be read {@code reach} floats wide, the first at {@code start}, before the array ends. */
    private static int rowsWithin(float[] from, int start, int step, int k, int reach) {
        int room = from.length - reach - start;
        return room < 0 ? 0 : Math.min(k, room / step + 1);
    }

    /** From one panel to the next: vectors of widths that are no multiple of them run over behind the last line. */
    public static int distance(int k, int width) {
        return width * k + (width % W == 0 ? 0 : W);
    }

    /**
     * One panel out of a source in which k is contiguous: element (p, r) is at {@code from[offset + r·step + p]}.
     * Gathered a vector at a time; where the width is no whole number of vectors, the last runs over into the next
     * line, which is written afterwards. {@code to} holds a vector more than the panels need.
     */
    public static void transposed(float[] from, int offset, int step, int k, int count, float[] to, int at, int width) {
        for (int r = 0; r < count; r += W) {
            gather(from, offset + r * step, Scratch.ofThread().multiples(step, Math.min(W, count - r)), k, to, at + r,
                    width);
        }
        if (count < width) {
            for (int p = 0; p < k; p++) {
                Arrays.fill(to, at + p * width + count, at + (p + 1) * width, 0);
            }
        }
    }

    private static void gather(float[] from, int offset, int[] rows, int k, float[] to, int at, int width) {
        for (int p = 0; p < k; p++) {
            FloatVector.fromArray(S, from, offset + p, rows, 0).intoArray(to, at + p * width);
        }
    }

    /**
     * {@code count} rows as they are, at a step of {@link MicroKernel#ROW_STEP}. Vector by vector over all of the rows,
     * not row after row: as many streams from memory at a time.
     */
    public static void rows(float[] from, int offset, int step, int k, int count, float[] to, int at) {
        int p = 0;
        for (; p + W <= k; p += W) {
            for (int r = 0; r < count; r++) {
                FloatVector.fromArray(S, from, offset + r * step + p).intoArray(to, at + r * MicroKernel.ROW_STEP + p);
            }
        }
        for (int r = 0; r < count && p < k; r++) {
            System.arraycopy(from, offset + r * step + p, to, at + r * MicroKernel.ROW_STEP + p, k - p);
        }
    }
}
