package inkhorn.nn;

import inkhorn.autograd.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The weights of a module by name: what a checkpoint writes and reads. */
public final class StateDict {
    /** How far a value that follows from the configuration may lie from the one in a file, for rounding to 16 bits. */
    private static final float TOLERANCE = 1e-3f;

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

    /**
     * Copies values into the parameters of a module. Accepted as well: a head beside the table it is tied to, and a
     * sinusoidal table; both are checked.
     *
     * @param values by the names that the module has for them
     * @throws IllegalArgumentException listing all names that are missing, unexpected or of another shape; nothing is
     *     changed then. Also when a head differs from the table it is tied to, or a position table is not the
     *     computed one
     */
    public static void load(Module module, Map<String, Tensor> values) {
        Map<String, Tensor> expected = new LinkedHashMap<>();
        module.namedParameters().forEach(p -> expected.put(p.name(), p.tensor()));
        Map<String, Tensor> optional = new LinkedHashMap<>(module.namedBuffers());
        optional.putAll(module.namedTies());
        check(values, expected, optional);
        expected.forEach((name, tensor) ->
                System.arraycopy(values.get(name).data(), 0, tensor.data(), 0, tensor.size()));
        optional.forEach((name, tensor) -> checkSame(name, tensor, values.get(name)));
    }

    private static void check(Map<String, Tensor> found, Map<String, Tensor> expected, Map<String, Tensor> optional) {
        Set<String> missing = new LinkedHashSet<>(expected.keySet());
        missing.removeAll(found.keySet());
        Set<String> unexpected = new LinkedHashSet<>(found.keySet());
        unexpected.removeAll(expected.keySet());
        unexpected.removeAll(optional.keySet());
        List<String> shapes = new ArrayList<>();
        found.forEach((name, tensor) -> {
            Tensor own = expected.getOrDefault(name, optional.get(name));
            if (own != null && !own.shape().equals(tensor.shape())) {
                shapes.add(name + " " + tensor.shape() + " where the model has " + own.shape());
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
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("weights do not fit the model; " + String.join("; ", wrong));
        }
    }

    private static void checkSame(String name, Tensor own, Tensor found) {
        if (found == null) {
            return;
        }
        for (int i = 0; i < own.size(); i++) {
            if (!(Math.abs(own.data()[i] - found.data()[i]) <= TOLERANCE)) {
                throw new IllegalArgumentException("weights do not fit the model; " + name + " holds " + found.data()[i]
                        + " at index " + i + " where the model has " + own.data()[i]
                        + " (a head tied to its table, or computed positions, must equal them)");
            }
        }
    }
}
