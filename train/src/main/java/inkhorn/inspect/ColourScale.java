package inkhorn.inspect;

import java.awt.Color;
import java.util.Arrays;

/**
 * Colours for numbers in a range: of weights from dark to bright (viridis of matplotlib, by five of its colours), of
 * signed numbers from blue over white to red, 0 in the middle.
 */
record ColourScale(double least, double most, int[] stops) {
    /** The colour of masked values. */
    static final Color MASKED = new Color(0xd9d9d9);

    private static final int[] VIRIDIS = {0x440154, 0x3b528b, 0x21918c, 0x5ec962, 0xfde725};
    private static final int[] BLUE_RED = {0x2166ac, 0x92c5de, 0xffffff, 0xf4a582, 0xb2182b};

    static ColourScale weights() {
        return new ColourScale(0, 1, VIRIDIS);
    }

    /** As far to both sides as the largest of all finite numbers. */
    static ColourScale signed(double[][] values) {
        double largest = Arrays.stream(values).flatMapToDouble(Arrays::stream).filter(Double::isFinite).map(Math::abs)
                .max().orElse(0);
        double end = largest == 0 ? 1 : largest;
        return new ColourScale(-end, end, BLUE_RED);
    }

    Color of(double value) {
        if (!Double.isFinite(value)) {
            return MASKED;
        }
        double at = Math.min(1, Math.max(0, (value - least) / (most - least))) * (stops.length - 1);
        int below = (int) Math.min(at, stops.length - 2);
        return mix(new Color(stops[below]), new Color(stops[below + 1]), at - below);
    }

    private static Color mix(Color a, Color b, double share) {
        return new Color(mix(a.getRed(), b.getRed(), share), mix(a.getGreen(), b.getGreen(), share),
                mix(a.getBlue(), b.getBlue(), share));
    }

    private static int mix(int a, int b, double share) {
        return (int) Math.round(a + (b - a) * share);
    }
}
