package inkhorn.train;

/**
 * One comparison with reference values.
 *
 * @param name what was compared
 * @param worst largest difference of an entry; NaN where one is not a number
 * @param bound largest difference allowed
 * @param relative whether both are shares of the reference's largest entry
 */
public record ParityRow(String name, double worst, double bound, boolean relative) {

    static ParityRow absolute(String name, float[] found, float[] expected, double bound) {
        return new ParityRow(name, worst(found, expected), bound, false);
    }

    static ParityRow relative(String name, float[] found, float[] expected, double bound) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        // All zero: then a share has no meaning, and the difference itself stands for it.
        return new ParityRow(name, worst(found, expected) / (largest == 0 ? 1 : largest), bound, true);
    }

    /** As {@link #relative}, each entry against its own size. */
    static ParityRow relativeEach(String name, float[] found, float[] expected, double bound) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double size = expected[i] == 0 ? 1 : Math.abs(expected[i]);
            worst = Math.max(worst, Math.abs((double) found[i] - expected[i]) / size);
        }
        return new ParityRow(name, worst, bound, true);
    }

    /** Whether the difference is within its bound; NaN is not. */
    public boolean passes() {
        return worst <= bound;
    }

    private static double worst(float[] found, float[] expected) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            // Math.max hands a NaN on.
            worst = Math.max(worst, Math.abs((double) found[i] - expected[i]));
        }
        return worst;
    }
}
