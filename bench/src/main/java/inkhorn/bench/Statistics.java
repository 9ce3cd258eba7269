package inkhorn.bench;

import java.util.Arrays;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/** Medians, and how far they can be trusted. */
public final class Statistics {
    private static final int RESAMPLES = 10_000;
    private static final long SEED = 17;

    private Statistics() {}

    /**
     * A figure and the interval that covers it with 95 % confidence.
     *
     * @param value the estimate
     */
    public record Estimate(double value, double low, double high) {}

    public static double median(double[] values) {
        return new Percentile(50).evaluate(values);
    }

    /**
     * The ratio of two medians, with a percentile bootstrap (Efron 1979) over rounds: what was measured in one round is
     * drawn together, so that a slow moment of the machine falls on both.
     */
    public static Estimate ratioOfMedians(double[] over, double[] under) {
        RandomGenerator random = new Well19937c(SEED);
        double[] ratios = new double[RESAMPLES];
        double[] a = new double[over.length];
        double[] b = new double[over.length];
        for (int r = 0; r < RESAMPLES; r++) {
            for (int i = 0; i < over.length; i++) {
                int round = random.nextInt(over.length);
                a[i] = over[round];
                b[i] = under[round];
            }
            ratios[r] = median(a) / median(b);
        }
        Percentile percentile = new Percentile();
        percentile.setData(ratios);
        return new Estimate(median(over) / median(under), percentile.evaluate(2.5), percentile.evaluate(97.5));
    }

    /** The median of the ratios within each round. */
    public static double medianOfRatios(double[] over, double[] under) {
        double[] ratios = new double[over.length];
        Arrays.setAll(ratios, i -> over[i] / under[i]);
        return median(ratios);
    }
}
