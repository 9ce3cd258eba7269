package inkhorn.nn;

import inkhorn.autograd.Rng;
import java.util.stream.IntStream;

/** Values that parameters start from. */
public final class Initial {
    private Initial() {}

    /** Normal with mean 0; the draws depend on the seed and on the parameter's name alone. */
    static void normal(Parameter parameter, double std, Rng rng) {
        Rng stream = rng.stream(rng.bits(hash(parameter.name())));
        float[] values = parameter.tensor().data();
        // Each value is a function of its index, so the order in which threads take them does not matter.
        IntStream.range(0, values.length).parallel().forEach(i -> values[i] = (float) (std * stream.normal(i)));
    }

    /** Uniform between {@code -bound} and {@code bound}; the draws depend on the seed and the name alone, as above. */
    public static void uniform(Parameter parameter, double bound, Rng rng) {
        Rng stream = rng.stream(rng.bits(hash(parameter.name())));
        float[] values = parameter.tensor().data();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (bound * (2 * stream.uniform(i) - 1));
        }
    }

    /** FNV-1a, 64 bits. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
