package inkhorn.train;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.vector.PeakProbe;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The share of the machine's peak that a run uses: operations per token (see
 * {@link inkhorn.nn.LanguageModel#flopsPerToken()}) times tokens per second, divided by the operations per second of
 * the bare micro-kernel. This is the model FLOPs utilization (MFU) of Chowdhery et al. (2022, section 4.1).
 *
 * <p>The peak is measured between two steps after some seconds of training. A measurement before the first step would
 * delay it, and would include the time of the compiler. The measurement does not affect the results of any step. If a
 * step is faster than the peak, other programs ran during the measurement. Then no share is known until a later
 * measurement exceeds the speed of every step so far. The interval between measurements doubles each time, so they take
 * at most a twentieth of the time.
 */
public final class PeakMeter {

    private static final double PROBE_SECONDS = 0.5;

    /** Until then the compiler takes a part of the processor, and the kernels are not as fast as they will be. */
    private static final int WARM_STEPS = 3;
    private static final long WARM_NANOS = 3_000_000_000L;

    private static final long FIRST_INTERVAL_NANOS = 10_000_000_000L;

    private final DoubleSupplier flopsPerTokenOnDemand;
    private final DoubleSupplier probe;
    private final LongSupplier clock;
    private double flopsPerToken = Double.NaN;
    private double flopsPerSecond;
    private double fastestTokensPerSecond;
    private long due;
    private long interval = FIRST_INTERVAL_NANOS;
    private long steps;

    /**
     * A meter with a peak from elsewhere.
     *
     * @param flopsPerToken float32 operations to train on one token, asked for when the first measurement is due, since
     *     counting them would delay the first step; where they are 0, nothing is measured
     * @param probe gives the peak in float32 operations a second
     * @param clock in nanoseconds
     */
    public PeakMeter(DoubleSupplier flopsPerToken, DoubleSupplier probe, LongSupplier clock) {
        this.flopsPerTokenOnDemand = flopsPerToken;
        this.probe = probe;
        this.clock = clock;
    }

    /**
     * Measures, when it is time, what {@code threads} threads can do; or nothing where the Vector API is not loaded:
     * how fast plain loops are is up to the compiler, by factors, and says nothing about the machine
     * (docs/log/peak-without-the-vector-api.md).
     */
    public static PeakMeter of(int threads, DoubleSupplier flopsPerToken) {
        return KernelProvider.vectorBits() == 0 ? none()
                : new PeakMeter(flopsPerToken, () -> measure(threads), System::nanoTime);
    }

    /** Measures nothing and knows no share. */
    public static PeakMeter none() {
        return new PeakMeter(() -> 0, () -> Double.NaN, () -> 0);
    }

    private static double measure(int threads) {
        try (PeakProbe probe = new PeakProbe(threads)) {
            return probe.flopsPerSecond(PROBE_SECONDS);
        }
    }

    /** To be called before each step: measures if it is time; says whether that made the peak known. */
    boolean measureIfDue() {
        if (isKnown() || flopsPerToken == 0) {
            return false;
        }
        due = steps == 0 ? clock.getAsLong() + WARM_NANOS : due;
        boolean isDue = steps >= WARM_STEPS && clock.getAsLong() - due >= 0;
        steps++;
        if (isDue && Double.isNaN(flopsPerToken)) {
            flopsPerToken = flopsPerTokenOnDemand.getAsDouble();
        }
        if (isDue && flopsPerToken > 0) {
            flopsPerSecond = Math.max(flopsPerSecond, probe.getAsDouble());
            due = clock.getAsLong() + interval;
            interval *= 2;
        }
        return isDue && isKnown();
    }

    private boolean isKnown() {
        return flopsPerSecond > 0 && flopsPerSecond >= flopsPerToken * fastestTokensPerSecond;
    }

    /** The peak, in float32 operations a second, a fused multiply-add counted as two; NaN while it is not known. */
    double flopsPerSecond() {
        return isKnown() ? flopsPerSecond : Double.NaN;
    }

    /**
     * What share of the peak a step of this speed makes use of, 1 being all of it and the most; NaN while the peak is
     * not known, which this step may make it.
     */
    double share(double tokensPerSecond) {
        fastestTokensPerSecond = Math.max(fastestTokensPerSecond, tokensPerSecond);
        return flopsPerToken * tokensPerSecond / flopsPerSecond();
    }
}
