package inkhorn.report;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Points in the order of x.
 *
 * @param x never falling
 * @param y one for each
 */
public record Curve(double[] x, double[] y) {

    /** Without points whose y is no finite number. */
    Curve finite() {
        int[] kept = IntStream.range(0, y.length).filter(i -> Double.isFinite(y[i])).toArray();
        return new Curve(Arrays.stream(kept).mapToDouble(i -> x[i]).toArray(),
                Arrays.stream(kept).mapToDouble(i -> y[i]).toArray());
    }

    public int size() {
        return x.length;
    }

    /** On the straight line between its neighbours; NaN outside the curve. */
    public double at(double where) {
        if (x.length == 0 || where < x[0] || where > x[x.length - 1]) {
            return Double.NaN;
        }
        int found = Arrays.binarySearch(x, where);
        if (found >= 0) {
            return y[found];
        }
        int right = -found - 1;
        double share = (where - x[right - 1]) / (x[right] - x[right - 1]);
        return y[right - 1] + share * (y[right] - y[right - 1]);
    }

    /**
     * Each point becomes the mean of itself and of {@code reach} points on either side, of as many on both. So the
     * curve does not lag behind a loss that falls, as an exponential average does.
     */
    Curve smoothed(int reach) {
        double[] sums = new double[y.length + 1];
        for (int i = 0; i < y.length; i++) {
            sums[i + 1] = sums[i] + y[i];
        }
        double[] smooth = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            int near = Math.min(reach, Math.min(i, y.length - 1 - i));
            smooth[i] = (sums[i + near + 1] - sums[i - near]) / (2 * near + 1);
        }
        return new Curve(x, smooth);
    }

    /** At most about this many points: of each group the lowest and the highest, so that no spike is lost. */
    Curve thinned(int most) {
        if (x.length <= most) {
            return this;
        }
        int groups = most / 2;
        int[] kept = IntStream.range(0, groups).flatMap(group -> {
            int from = (int) ((long) group * x.length / groups);
            int to = (int) ((long) (group + 1) * x.length / groups);
            int low = from;
            int high = from;
            for (int i = from; i < to; i++) {
                low = y[i] < y[low] ? i : low;
                high = y[i] > y[high] ? i : high;
            }
            return IntStream.of(low, high).sorted().distinct();
        }).toArray();
        return new Curve(Arrays.stream(kept).mapToDouble(i -> x[i]).toArray(),
                Arrays.stream(kept).mapToDouble(i -> y[i]).toArray());
    }
}
