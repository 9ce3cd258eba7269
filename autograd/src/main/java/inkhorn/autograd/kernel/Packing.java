package inkhorn.autograd.kernel;

import static inkhorn.autograd.kernel.VectorMath.S;
import static inkhorn.autograd.kernel.VectorMath.W;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Copies of matrix blocks in the order in which {@link MicroKernel} reads them: panels of {@code width} rows (or columns),
 * each stored k-major, padded with zeros to full width.
 */
final class Packing {

    /**
     * Where panels begin in an array of their own. The JVM that train.jar starts puts objects at multiples of 64 bytes, and the
     * elements of an array begin 16 bytes behind: 12 floats later a vector lies in one cache line.
     */
    static final int START = 12;

    private static final int COLUMNS = MicroKernel.COLUMNS;

    /** Panels that {@link #panelsOfColumns} fills at a time. */
    private static final int ABREAST = 8;

    private Packing() {
    }

    /** How many floats the panels of {@code n} rows or columns by {@code k} take, from {@link #START} on, and a vector to run over into. */
    static int size(int n, int k, int width) {
        return START + panels(n, width) * width * k + W;
    }

    static int panels(int n, int width) {
        return (n + width - 1) / width;
    }

    /**
     * One panel out of a source in which the packed direction is contiguous: element (p, r) is at
     * {@code from[offset + p·step + r]}. {@code to} holds a vector more than the panels need.
     */
    static void contiguous(float[] from, int offset, int step, int k, int count, float[] to, int at, int width) {
        int p = 0;
        if (count == width) {
            // Whole vectors, the last one running over into the next line, which is written afterwards.
            int reach = (width + W - 1) / W * W;
            int safe = Math.min(k, (from.length - reach - offset) / step + 1);
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
     * The panels of {@code count} columns, one behind the other from {@link #START} on, element (p, r) at
     * {@code from[offset + p·step + r]}. Row by row over some panels at a time: a row of one panel is two cache lines, too few to be
     * fetched ahead.
     */
    static void panelsOfColumns(float[] from, int offset, int step, int k, int count, float[] to) {
        int whole = count / COLUMNS * COLUMNS;
        for (int first = 0; first < whole; first += ABREAST * COLUMNS) {
            int end = Math.min(whole, first + ABREAST * COLUMNS);
            for (int p = 0; p < k; p++) {
                for (int r = first; r < end; r += COLUMNS) {
                    int source = offset + p * step + r;
                    int target = START + r * k + p * COLUMNS;
                    FloatVector.fromArray(S, from, source).intoArray(to, target);
                    FloatVector.fromArray(S, from, source + W).intoArray(to, target + W);
                }
            }
        }
        if (whole < count) {
            contiguous(from, offset + whole, step, k, count - whole, to, START + whole * k, COLUMNS);
        }
    }

    /**
     * One panel out of a source in which k is contiguous: element (p, r) is at {@code from[offset + r·step + p]}. Gathered a
     * vector at a time; where the width is no whole number of vectors, the last runs over into the next line, which is
     * written afterwards. {@code to} holds a vector more than the panels need.
     */
    static void transposed(float[] from, int offset, int step, int k, int count, float[] to, int at, int width) {
        for (int r = 0; r < count; r += W) {
            gather(from, offset + r * step, Scratch.ofThread().multiples(step, Math.min(W, count - r)), k, to, at + r, width);
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
     * {@code count} rows as they are, at a step of {@link MicroKernel#ROW_STEP}. Vector by vector over all of the rows, not
     * row after row: as many streams from memory at a time.
     */
    static void rows(float[] from, int offset, int step, int k, int count, float[] to, int at) {
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
