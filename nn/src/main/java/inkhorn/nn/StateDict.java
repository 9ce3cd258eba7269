package inkhorn.nn;

import inkhorn.autograd.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The weights of a module by name: what a checkpoint writes and reads. */
public final class StateDict {

    private static final String PREFIX = "transformer.";
    /** The causal masks that GPT-2's PyTorch files hold beside the weights. */
    private static final Pattern MASKS = Pattern.compile("(transformer\\.)?h\\.\\d+\\.attn\\.(masked_)?bias");
    /** How far a value that follows from the configuration may lie from the one in a file, for rounding to 16 bits. */
    private static final float TOLERANCE = 1e-3f;

    private StateDict() {
    }

    /**
     * Every parameter, then what else is written with them (a sinusoidal position table), in fixed order. The tensors are
     * the module's own, not copies: they change when it is trained.
     */
    public static Map<String, Tensor> of(Module module) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        module.namedParameters().forEach(p -> state.put(p.name(), p.tensor()));
        state.putAll(module.namedBuffers());
        return state;
    }

    /**
     * Copies values into the parameters of a module. Accepted as well: GPT-2's names without {@code transformer.}, its
     * attention masks, a head beside the table it is tied to, a sinusoidal table; the last two are checked.
     *
     * @throws IllegalArgumentException listing all names that are missing, unexpected or of another shape; nothing is
     *     changed then. Also when a head differs from the table it is tied to, or a position table is not the computed one
     */
    public static void load(Module module, Map<String, Tensor> values) {
        Map<String, Tensor> expected = new LinkedHashMap<>();
        module.namedParameters().forEach(p -> expected.put(p.name(), p.tensor()));
        Map<String, Tensor> optional = new LinkedHashMap<>(module.namedBuffers());
        optional.putAll(module.namedTies());
        Map<String, Tensor> found = byOwnNames(values, expected.keySet(), optional.keySet());
        check(found, expected, optional);
        expected.forEach((name, tensor) ->
                System.arraycopy(found.get(name).data(), 0, tensor.data(), 0, tensor.size()));
        optional.forEach((name, tensor) -> checkSame(name, tensor, found.get(name)));
    }

    private static Map<String, Tensor> byOwnNames(Map<String, Tensor> values, Set<String> expected, Set<String> optional) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        values.forEach((name, tensor) -> {
            boolean known = expected.contains(name) || optional.contains(name);
            boolean knownWithPrefix = expected.contains(PREFIX + name) || optional.contains(PREFIX + name);
            String own = !known && knownWithPrefix ? PREFIX + name : name;
            if (known || knownWithPrefix || !MASKS.matcher(name).matches()) {
                found.put(own, tensor);
            }
        });
        return found;
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
