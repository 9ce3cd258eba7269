package inkhorn.optim;

/**
 * The learning rate of a step, a pure function of the step: a linear warm-up, then one of four decays. Steps count from
 * 0.
 *
 * @param peak the rate after warm-up
 * @param floor the rate from {@code decayIters} on; of no effect when constant
 * @param warmupIters steps of warm-up, 0 for none: step i of them has peak · (i + 1) / (warmupIters + 1)
 * @param decayIters the step at which the floor is reached; of no effect when constant
 * @param cooldownIters the last steps before {@code decayIters}, over which {@link Decay#WSD} falls
 */
public record LrSchedule(Decay decay, double peak, double floor, long warmupIters, long decayIters,
        long cooldownIters) {
    /** The share of the steps over which {@link Decay#WSD} usually falls. */
    private static final double WSD_DECAY_SHARE = 0.2;

    /** How the learning rate falls after the warm-up. */
    public enum Decay {
        /** Half a cosine wave (Loshchilov and Hutter 2017); nanoGPT's {@code get_lr}. */
        COSINE,
        LINEAR,
        /** Not at all. */
        CONSTANT,
        /** Warm-up, stable, decay (Hu et al. 2024, 4): the peak, then linear over the last steps, a trapezoid. */
        WSD
    }

    /** With the usual cooldown, over the last 20 % of the steps. */
    public LrSchedule(Decay decay, double peak, double floor, long warmupIters, long decayIters) {
        this(decay, peak, floor, warmupIters, decayIters, usualCooldown(decayIters));
    }

    /** The steps of a cooldown that is not asked for. */
    public static long usualCooldown(long decayIters) {
        return decayIters - Math.round(decayIters * (1 - WSD_DECAY_SHARE));
    }

    /** @throws IllegalArgumentException naming the value that is out of range */
    public LrSchedule {
        if (!(peak > 0) || !(floor >= 0)) {
            throw new IllegalArgumentException(
                    "lr must be above 0 and min_lr at least 0, found " + peak + " and " + floor);
        }
        if (decay != Decay.CONSTANT && floor > peak) {
            throw new IllegalArgumentException("min_lr must be at most lr, found " + floor + " and " + peak);
        }
        if (warmupIters < 0) {
            throw new IllegalArgumentException("warmup_iters must be at least 0, found " + warmupIters);
        }
        if (decay != Decay.CONSTANT && decayIters < warmupIters) {
            throw new IllegalArgumentException("lr_decay_iters must be at least warmup_iters, found " + decayIters
                    + " and " + warmupIters);
        }
        if (cooldownIters < 0) {
            throw new IllegalArgumentException("cooldown_iters must be at least 0, found " + cooldownIters);
        }
    }

    public double at(long step) {
        if (step < warmupIters) {
            return peak * (step + 1) / (warmupIters + 1);
        }
        if (decay == Decay.CONSTANT) {
            return peak;
        }
        long from = decay == Decay.WSD ? Math.max(warmupIters, decayIters - cooldownIters) : warmupIters;
        if (step > decayIters || from == decayIters) {
            return floor;
        }
        double done = Math.max(0, step - from) / (double) (decayIters - from);
        double share = decay == Decay.COSINE ? 0.5 * (1 + StrictMath.cos(Math.PI * done)) : 1 - done;
        return floor + share * (peak - floor);
    }
}
