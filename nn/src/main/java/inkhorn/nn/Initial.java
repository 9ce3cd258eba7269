package inkhorn.nn;

import inkhorn.autograd.Rng;
import java.util.stream.IntStream;

/** Values that parameters start from. */
final class Initial {
    private Initial() {}

    /** Normal with mean 0; the draws depend on the seed and on the parameter's name alone. */
    static void normal(Parameter parameter, double std, Rng rng) {
        Rng stream = rng.stream(rng.bits(hash(parameter.name())));
        float[] values = parameter.tensor().data();
        // Each value is a function of its index, so the order in which threads take them does not matter.
        IntStream.range(0, values.length).parallel().forEach(i -> values[i] = (float) (std * stream.normal(i)));
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
