package inkhorn.nn;

import inkhorn.autograd.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The weights of a module by name: what a checkpoint writes and reads. */
public final class StateDict {
    /** How far a value that follows from the configuration may lie from the one in a file, for rounding to 16 bits. */
    private static final float TOLERANCE = 1e-3f;

    /** Values that are compared at a time. */
    private static final int CHUNK = 1 << 16;

    private StateDict() {}

    /**
     * Every parameter, then what else is written with them (a sinusoidal position table), in fixed order. The tensors
     * are the module's own, not copies: they change when it is trained.
     */
    public static Map<String, Tensor> of(Module module) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        module.namedParameters().forEach(p -> state.put(p.name(), p.tensor()));
        state.putAll(module.namedBuffers());
        return state;
    }

    /** Every name that a file may have for a tensor of the module. */
    public static Set<String> names(Module module) {
        Set<String> names = new LinkedHashSet<>(of(module).keySet());
        names.addAll(module.namedTies().keySet());
        return names;
    }

    /** A tensor whose values are read only once its name and shape have been found to fit, such as one in a file. */
    public interface Stored {

        /** Sizes, outermost first; empty for a scalar. */
        int[] shape();

        /** Fills an array with the values from index {@code from} on, in row-major order. */
        void read(int from, float[] target);

        /** This tensor's first rows alone: what remains of a table if its last rows are left out. */
        default Stored firstRows(int rows) {
            int[] shape = shape().clone();
            shape[0] = rows;
            Stored whole = this;
            return new Stored() {

                @Override
                public int[] shape() {
                    return shape;
                }

                @Override
                public void read(int from, float[] target) {
                    whole.read(from, target);
                }
            };
        }
    }

    private record InMemory(Tensor tensor) implements Stored {

        @Override
        public int[] shape() {
            return tensor.shape().dims();
        }

        @Override
        public void read(int from, float[] target) {
            System.arraycopy(tensor.data(), from, target, 0, target.length);
        }
    }

    /** As {@link #read}, of tensors in memory. */
    public static void load(Module module, Map<String, Tensor> values) {
        Map<String, Stored> stored = new LinkedHashMap<>();
        values.forEach((name, tensor) -> stored.put(name, new InMemory(tensor)));
        read(module, stored);
    }

    /**
     * Reads values into the parameters of a module. Accepted as well: a head beside the table it is tied to, and a
     * sinusoidal table; both are checked.
     *
     * @param values by the names that the module has for them
     * @throws IllegalArgumentException listing all names that are missing, unexpected or of another shape; nothing is
     *     changed then. Also when a head differs from the table it is tied to, or a position table is not the
     *     computed one
     */
    public static void read(Module module, Map<String, Stored> values) {
        requireFit(module, values);
        module.namedParameters().forEach(p -> values.get(p.name()).read(0, p.tensor().data()));
        module.namedBuffers().forEach((name, tensor) -> checkComputed(name, tensor, values.get(name)));
    }

    /**
     * Checks what can be checked before anything is read: names, shapes, and that a head equals the table it is tied
     * to.
     *
     * @throws IllegalArgumentException as {@link #read}
     */
    public static void requireFit(Module module, Map<String, Stored> values) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        values.forEach((name, stored) -> shapes.put(name, stored.shape()));
        List<String> wrong = mismatches(module, shapes);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("weights do not fit the model; " + String.join("; ", wrong));
        }
        Map<Tensor, String> names = new IdentityHashMap<>();
        module.namedParameters().forEach(p -> names.put(p.tensor(), p.name()));
        module.namedTies().forEach((name, tensor) -> {
            if (values.containsKey(name)) {
                requireTied(name, tensor.size(), values.get(name), values.get(names.get(tensor)));
            }
        });
    }

    /**
     * Compares the names and shapes of tensors with those of a module.
     *
     * @return all names that are missing, all that are unexpected and all that have another shape, a sentence for each
     *     kind; empty where everything fits
     */
    public static List<String> mismatches(Module module, Map<String, int[]> found) {
        Map<String, int[]> needed = new LinkedHashMap<>();
        module.namedParameters().forEach(p -> needed.put(p.name(), p.tensor().shape().dims()));
        Map<String, int[]> optional = new LinkedHashMap<>();
        module.namedBuffers().forEach((name, tensor) -> optional.put(name, tensor.shape().dims()));
        module.namedTies().forEach((name, tensor) -> optional.put(name, tensor.shape().dims()));
        return mismatches(needed, optional, found);
    }

    /**
     * Compares names and shapes of tensors.
     *
     * @param needed what must be there
     * @param optional what may be there too
     * @return as {@link #mismatches(Module, Map)}
     */
    public static List<String> mismatches(Map<String, int[]> needed, Map<String, int[]> optional,
            Map<String, int[]> found) {
        Set<String> missing = new LinkedHashSet<>(needed.keySet());
        missing.removeAll(found.keySet());
        Set<String> unexpected = new LinkedHashSet<>(found.keySet());
        unexpected.removeAll(needed.keySet());
        unexpected.removeAll(optional.keySet());
        List<String> shapes = new ArrayList<>();
        found.forEach((name, shape) -> {
            int[] own = needed.getOrDefault(name, optional.get(name));
            if (own != null && !Arrays.equals(own, shape)) {
                shapes.add(name + " " + shown(shape) + " where the model has " + shown(own));
            }
        });
        List<String> wrong = new ArrayList<>();
        if (!missing.isEmpty()) {
            wrong.add("missing: " + String.join(", ", missing));
        }
        if (!unexpected.isEmpty()) {
            wrong.add("unexpected: " + String.join(", ", unexpected));
        }
        if (!shapes.isEmpty()) {
            wrong.add("of another shape: " + String.join(", ", shapes));
        }
        return wrong;
    }

    /** As {@link inkhorn.autograd.Shape} writes it; a file may have shapes that no array can. */
    private static String shown(int[] shape) {
        return Arrays.stream(shape).mapToObj(String::valueOf)
                .collect(Collectors.joining(", ", "(", shape.length == 1 ? ",)" : ")"));
    }

    /** A head that is stored beside the table has its values: else one of the two would be lost without a word. */
    private static void requireTied(String name, int size, Stored head, Stored table) {
        for (int from = 0; from < size; from += CHUNK) {
            float[] its = values(head, from, Math.min(CHUNK, size - from));
            float[] tables = values(table, from, its.length);
            int at = Arrays.mismatch(its, tables);
            if (at >= 0) {
                throw unequal(name, its[at], from + at, tables[at], "a head that is tied to its table must equal it;"
                        + " for a head of its own set tie_word_embeddings to false in config.json");
            }
        }
    }

    /** @param stored null where the file leaves it to the model to compute */
    private static void checkComputed(String name, Tensor own, Stored stored) {
        float[] found = stored == null ? own.data() : values(stored, 0, own.size());
        for (int i = 0; i < found.length; i++) {
            if (!(Math.abs(own.data()[i] - found[i]) <= TOLERANCE)) {
                throw unequal(name, found[i], i, own.data()[i], "computed positions must equal those in the file");
            }
        }
    }

    private static float[] values(Stored stored, int from, int count) {
        float[] values = new float[count];
        stored.read(from, values);
        return values;
    }

    private static IllegalArgumentException unequal(String name, float found, int at, float own, String rule) {
        return new IllegalArgumentException("weights do not fit the model; " + name + " holds " + found + " at index "
                + at + " where the model has " + own + " (" + rule + ")");
    }
}
