package inkhorn.autograd.kernel;

/** Work arrays of a thread, kept from loop to loop and grown when a larger one is asked for. */
final class Scratch {

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final float[][] arrays = new float[12][];
    private final float[] lanes = new float[MicroKernel.W];
    private final int[] multiples = new int[MicroKernel.W];

    private final float[] tile = new float[Packing.START + Math.max(Tile.TALL.size(), Tile.WIDE.size())];

    private final long[] blocks = new long[arrays.length];
    private final int[] parts = new int[arrays.length];

    private Scratch() {
    }

    static Scratch ofThread() {
        return OF_THREAD.get();
    }

    /** One vector's worth of floats. */
    float[] lanes() {
        return lanes;
    }

    /** A tile of a product, from {@link Packing#START} on. */
    float[] tile() {
        return tile;
    }

    /** 0, step, 2·step … for {@code count} lanes; further lanes repeat the last. Valid until the next call. */
    int[] multiples(int step, int count) {
        for (int i = 0; i < multiples.length; i++) {
            multiples[i] = Math.min(i, count - 1) * step;
        }
        return multiples;
    }

    /** At least {@code size} floats, contents undefined; each slot is one array. */
    float[] array(int slot, int size) {
        float[] array = arrays[slot];
        if (array == null || array.length < size) {
            array = new float[size];
            arrays[slot] = array;
        }
        return array;
    }

    /** Whether a slot is asked for another part of another block than the last time, and has to be filled. */
    boolean isNew(int slot, long block, int part) {
        boolean isNew = blocks[slot] != block || parts[slot] != part;
        blocks[slot] = block;
        parts[slot] = part;
        return isNew;
    }
}
