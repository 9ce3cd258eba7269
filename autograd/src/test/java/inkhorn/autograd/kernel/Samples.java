package inkhorn.autograd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Rng;
import java.util.Arrays;

/** Values to test kernels with, and the comparison with a definition in plain doubles. */
public final class Samples {

    /** Below, at and above the widths and tiles of fast kernels. */
    public static final int[] ODD_SIZES = {1, 3, 7, 13, 16, 31, 64, 65, 207, 1023};

    private static final int TAIL = 5;
    private static final float UNTOUCHED = 12345;

    private Samples() {
    }

    /** A kernel that writes {@code out}, or adds to it. */
    @FunctionalInterface
    public interface Output {
        void run(float[] out, boolean add);
    }

    public static float[] normal(long seed, int n) {
        Rng rng = new Rng(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) rng.normal(i);
        }
        return values;
    }

    /** From 0.5 to 2, for logarithms, divisors and scales. */
    public static float[] positive(long seed, int n) {
        Rng rng = new Rng(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (0.5 + 1.5 * rng.uniform(i));
        }
        return values;
    }

    public static int[] indices(long seed, int n, int bound) {
        Rng rng = new Rng(seed);
        int[] values = new int[n];
        for (int i = 0; i < n; i++) {
            values[i] = (int) rng.below(bound, i);
        }
        return values;
    }

    public static double[] doubles(float[] values) {
        double[] copy = new double[values.length];
        Arrays.setAll(copy, i -> values[i]);
        return copy;
    }

    /** An unclean array for an output of n: NaN where it must be written, and a tail that must stay. */
    public static float[] unclean(int n) {
        float[] out = new float[n + TAIL];
        Arrays.fill(out, 0, n, Float.NaN);
        Arrays.fill(out, n, n + TAIL, UNTOUCHED);
        return out;
    }

    /** Overwriting and adding both give what is expected, and nothing behind the end is touched. */
    public static void assertOutput(String what, double[] expected, double tolerance, Output kernel) {
        float[] out = unclean(expected.length);
        kernel.run(out, false);
        assertClose(what, out, expected, tolerance);

        float[] before = normal(99, expected.length);
        System.arraycopy(before, 0, out, 0, before.length);
        kernel.run(out, true);
        double[] sum = new double[expected.length];
        Arrays.setAll(sum, i -> before[i] + expected[i]);
        assertClose(what + ", added", out, sum, tolerance);
    }

    /**
     * Each of the first values within {@code tolerance * (1 + |expected|)}, and the tail of {@link #unclean} as it was.
     */
    public static void assertClose(String what, float[] found, double[] expected, double tolerance) {
        for (int i = 0; i < expected.length; i++) {
            boolean same = Double.isNaN(expected[i]) ? Float.isNaN(found[i])
                    : found[i] == (float) expected[i]
                    || Math.abs(found[i] - expected[i]) <= tolerance * (1 + Math.abs(expected[i]));
            if (!same) {
                assertThat(found[i]).as("%s, element %d of %d", what, i, expected.length)
                        .isEqualTo((float) expected[i]);
            }
        }
        for (int i = expected.length; i < found.length; i++) {
            assertThat(found[i]).as("%s, behind the end at %d", what, i).isEqualTo(UNTOUCHED);
        }
    }
}
