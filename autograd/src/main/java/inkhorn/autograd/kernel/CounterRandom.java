package inkhorn.autograd.kernel;

/**
 * SplitMix64 with the counter given instead of kept: draw {@code i} of a key needs no other draw. 32-bit draws come in
 * pairs, the low and the high half of one 64-bit word, so that a vector of them is a vector of words reinterpreted.
 */
public final class CounterRandom {
    /** The odd constant nearest 2^64 over the golden ratio. */
    public static final long GAMMA = 0x9E3779B97F4A7C15L;
    public static final long MIX_1 = 0xBF58476D1CE4E5B9L;
    public static final long MIX_2 = 0x94D049BB133111EBL;

    private CounterRandom() {}

    /** The key of a (seed, stream, step). */
    public static long key(long seed, long stream, long step) {
        return mix(mix(mix(seed) + GAMMA * (stream + 1)) + GAMMA * (step + 1));
    }

    /** The 64-bit word of an index. */
    public static long bits64(long key, long index) {
        return mix(key + GAMMA * (index + 1));
    }

    /** The 32-bit draw of an index: half of word {@code index / 2}. */
    public static int bits32(long key, long index) {
        long word = bits64(key, index >>> 1);
        return (int) ((index & 1) == 0 ? word : word >>> 32);
    }

    /** A draw below this, unsigned, means "drop" with probability {@code p}, to the nearest 2^-32. */
    public static int dropBelow(float p) {
        return (int) Math.min(0xFFFFFFFFL, Math.round(p * 0x1p32));
    }

    /** Whether dropout with probability p keeps the element of an index. */
    public static boolean keeps(long key, long index, int dropBelow) {
        return Integer.compareUnsigned(bits32(key, index), dropBelow) >= 0;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * MIX_1;
        z = (z ^ (z >>> 27)) * MIX_2;
        return z ^ (z >>> 31);
    }
}
