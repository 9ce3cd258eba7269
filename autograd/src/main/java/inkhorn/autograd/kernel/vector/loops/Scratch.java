package inkhorn.autograd.kernel.vector.loops;

import jdk.incubator.vector.FloatVector;

/** Work arrays of a thread, kept from loop to loop and grown when a larger one is asked for. */
public final class Scratch {
    /**
     * An index at which a vector lies in one cache line. The JVM that train.jar starts puts objects at multiples of 64
     * bytes, and the elements of an array begin 16 bytes behind.
     */
    public static final int ALIGNED = 12;

    private static final int W = FloatVector.SPECIES_PREFERRED.length();

    /** Vectors of the largest tile: the accumulators of a micro-kernel. */
    private static final int ACCUMULATORS = 24;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final float[][] arrays = new float[12][];
    private final float[] lanes = new float[W];
    private final int[] multiples = new int[W];

    private final float[] tile = new float[ALIGNED + ACCUMULATORS * W];

    private final long[] blocks = new long[arrays.length];
    private final int[] parts = new int[arrays.length];

    private Scratch() {}

    public static Scratch ofThread() {
        return OF_THREAD.get();
    }

    /** One vector's worth of floats. */
    public float[] lanes() {
        return lanes;
    }

    /** A tile of a product, from {@link #ALIGNED} on. */
    public float[] tile() {
        return tile;
    }

    /** 0, step, 2·step … for {@code count} lanes; further lanes repeat the last. Valid until the next call. */
    public int[] multiples(int step, int count) {
        for (int i = 0; i < multiples.length; i++) {
            multiples[i] = Math.min(i, count - 1) * step;
        }
        return multiples;
    }

    /** At least {@code size} floats, contents undefined; each slot is one array. */
    public float[] array(int slot, int size) {
        float[] array = arrays[slot];
        if (array == null || array.length < size) {
            array = new float[size];
            arrays[slot] = array;
        }
        return array;
    }

    /** Whether a slot is asked for another part of another block than the last time, and has to be filled. */
    public boolean isNew(int slot, long block, int part) {
        boolean isNew = blocks[slot] != block || parts[slot] != part;
        blocks[slot] = block;
        parts[slot] = part;
        return isNew;
    }
}
