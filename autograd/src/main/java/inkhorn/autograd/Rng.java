package inkhorn.autograd;

import inkhorn.autograd.kernel.CounterRandom;

/**
 * Random numbers as a pure function of (seed, stream, step, index): nothing is kept between draws, so the whole state
 * of a run's randomness is its seed and its step, and a mask can be drawn again in the backward pass. The generator is
 * SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
 *
 * @param seed the run's seed
 * @param stream what the numbers are for, so that no two uses share them
 * @param step the training step, 0 where there is none
 */
public record Rng(long seed, long stream, long step) {
    public Rng(long seed) {
        this(seed, 0, 0);
    }

    /** The same seed and step for another use. */
    public Rng stream(long other) {
        return new Rng(seed, other, step);
    }

    /** The same seed and stream at another step. */
    public Rng at(long otherStep) {
        return new Rng(seed, stream, otherStep);
    }

    /** The key from which kernels draw; see {@link CounterRandom}. */
    public long key() {
        return CounterRandom.key(seed, stream, step);
    }

    /** 64 random bits. */
    public long bits(long index) {
        return CounterRandom.bits64(key(), index);
    }

    /** Uniform in [0, 1), a multiple of 2^-53. */
    public double uniform(long index) {
        return (bits(index) >>> 11) * 0x1p-53;
    }

    /** Uniform in 0 … bound-1, by multiplication; its bias is below bound / 2^64. */
    public long below(long bound, long index) {
        if (bound <= 0) {
            throw new IllegalArgumentException("rng: a bound must be positive, found " + bound);
        }
        long bits = bits(index);
        // The high half of an unsigned product; Math.unsignedMultiplyHigh is newer than JDK 17.
        return Math.multiplyHigh(bits, bound) + (bits >> 63 & bound);
    }

    /** Normal with mean 0 and std 1, by Box and Muller (1958); in strict arithmetic, so the same on every machine. */
    public double normal(long index) {
        double u = 1 - uniform(2 * index);
        double v = uniform(2 * index + 1);
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
    }
}
