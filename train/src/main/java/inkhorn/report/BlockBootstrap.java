package inkhorn.report;

import java.util.Arrays;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.apache.commons.math3.stat.StatUtils;

/**
 * An interval for the mean of a series whose neighbours may resemble each other: the moving-block bootstrap. A resample
 * is made of blocks of successive values, each begun at random, and the interval holds the middle 95 % of the
 * resamples' means.
 *
 * @see <a href="https://doi.org/10.1214/aos/1176347265">Künsch 1989, The jackknife and the bootstrap for general
 *     stationary observations</a>
 */
public final class BlockBootstrap {

    static final int RESAMPLES = 2000;
    private static final double OUTSIDE = 2.5;
    /** So that the same runs give the same interval. */
    private static final long SEED = 1337;

    private BlockBootstrap() {
    }

    /**
     * The mean and its interval of 95 %.
     *
     * @param values      that there were
     * @param blockLength successive values in a block
     */
    public record Interval(double mean, double low, double high, int values, int blockLength) {

        /** Whether it lies on one side of 0. */
        public boolean excludesZero() {
            return low > 0 || high < 0;
        }
    }

    /** @param values in their order; of fewer than eight the bounds are NaN, as too few blocks fit */
    public static Interval of(double[] values) {
        int n = values.length;
        // Of the order that minimizes the error of the variance (Hall, Horowitz and Jing 1995).
        int block = Math.max(1, (int) Math.round(Math.cbrt(n)));
        double mean = StatUtils.mean(values);
        if (n < 8) {
            return new Interval(mean, Double.NaN, Double.NaN, n, block);
        }
        RandomGenerator random = new Well19937c(SEED);
        double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double sum = 0;
            for (int filled = 0; filled < n; filled += block) {
                int start = random.nextInt(n - block + 1);
                for (int k = 0; k < block && filled + k < n; k++) {
                    sum += values[start + k];
                }
            }
            means[i] = sum / n;
        }
        Arrays.sort(means);
        return new Interval(mean, StatUtils.percentile(means, OUTSIDE), StatUtils.percentile(means, 100 - OUTSIDE), n,
                block);
    }
}
