package inkhorn.nn.hf;

import inkhorn.autograd.Tensor;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.StateDict;
import inkhorn.nn.StateDict.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The weights of one model in the files of its architecture: both directions between its names and theirs. */
final class FileLayout {
    private final Architecture architecture;
    private final LanguageModel model;
    /** Parameters, which a file must have. */
    private final Map<String, int[]> needed = new LinkedHashMap<>();
    /** What is written beside them and need not be there: computed tables. */
    private final Map<String, int[]> computed = new LinkedHashMap<>();
    /** What a file may have beside these: tied heads. */
    private final Map<String, int[]> tied = new LinkedHashMap<>();
    private final Map<String, Integer> zeroBiases;

    FileLayout(Architecture architecture, LanguageModel model) {
        this.architecture = architecture;
        this.model = model;
        this.zeroBiases = architecture.zeroBiases(model);
        model.namedParameters().forEach(p -> add(needed, p.name(), p.tensor()));
        model.namedBuffers().forEach((name, tensor) -> add(computed, name, tensor));
        model.namedTies().forEach((name, tensor) -> add(tied, name, tensor));
    }

    private void add(Map<String, int[]> shapes, String own, Tensor tensor) {
        tensors(own, tensor).forEach(part -> shapes.put(part.name(), part.shape()));
    }

    private List<FileTensor> tensors(String own, Tensor tensor) {
        return architecture.tensors(model, own, tensor.shape().dims());
    }

    /** The shape of each tensor that a file has, in its order. */
    Map<String, int[]> shapes() {
        Map<String, int[]> shapes = new LinkedHashMap<>(needed);
        shapes.putAll(computed);
        zeroBiases.forEach((name, length) -> shapes.put(name, new int[] {length}));
        return shapes;
    }

    /** What a file holds of the model, in its order. What has the model's layout is the model's own, no copy. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        StateDict.of(model).forEach((own, tensor) ->
                tensors(own, tensor).forEach(part -> state.put(part.name(), part.of(tensor))));
        zeroBiases.forEach((name, length) -> state.put(name, Tensor.of(new float[length], length)));
        return state;
    }

    /** As {@link #state}, of weights that are read only later; without what they lack. */
    Map<String, Stored> stored(Map<String, Stored> weights) {
        Map<String, Stored> stored = new LinkedHashMap<>();
        StateDict.of(model).forEach((own, tensor) -> {
            if (weights.containsKey(own)) {
                tensors(own, tensor).forEach(part -> stored.put(part.name(), part.of(weights.get(own))));
            }
        });
        zeroBiases.forEach((name, length) -> stored.put(name, new Zeros(length)));
        return stored;
    }

    private record Zeros(int length) implements Stored {
        @Override
        public int[] shape() {
            return new int[] {length};
        }

        @Override
        public void read(int from, float[] target) {
            Arrays.fill(target, 0);
        }
    }

    /**
     * The tensors of a file under their full names, without what is no weight.
     *
     * @throws IllegalArgumentException if the file has a tensor under both names
     */
    <T> Map<String, T> named(Map<String, T> file) {
        Map<String, T> named = new LinkedHashMap<>();
        file.forEach((name, tensor) -> {
            String full = fullName(name);
            if (full != null && named.put(full, tensor) != null) {
                throw new IllegalArgumentException("weights do not fit the model; " + full
                        + " is there twice, with and without \"" + architecture.prefix() + "\"");
            }
        });
        return named;
    }

    private String fullName(String name) {
        String prefixed = architecture.prefix() + name;
        Pattern others = architecture.noWeights();
        return isKnown(name) ? name : isKnown(prefixed) ? prefixed
                : others != null && others.matcher(name).matches() ? null : name;
    }

    private boolean isKnown(String name) {
        return needed.containsKey(name) || computed.containsKey(name) || tied.containsKey(name)
                || zeroBiases.containsKey(name);
    }

    /** Compares the shapes of a file's tensors, by full names, with those of the model's. */
    List<String> mismatches(Map<String, int[]> named) {
        Map<String, int[]> optional = new LinkedHashMap<>(computed);
        optional.putAll(tied);
        Map<String, int[]> found = new LinkedHashMap<>(named);
        found.keySet().removeAll(zeroBiases.keySet());
        return StateDict.mismatches(needed, optional, found);
    }

    /**
     * The weights of a file by the model's names: without zeros for biases, the tables without rows that the model does
     * not have.
     *
     * @param named by full names
     * @throws IllegalArgumentException naming all that do not fit
     */
    Map<String, Stored> own(Map<String, ? extends Stored> named) {
        Map<String, Stored> file = cropped(withoutZeroBiases(named));
        Map<String, int[]> shapes = new LinkedHashMap<>();
        file.forEach((name, stored) -> shapes.put(name, stored.shape()));
        List<String> wrong = mismatches(shapes);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("weights do not fit the model; " + String.join("; ", wrong));
        }
        Map<String, Tensor> tensors = StateDict.of(model);
        tensors.putAll(model.namedTies());
        Map<String, Stored> own = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            List<FileTensor> parts = tensors(name, tensor);
            List<Stored> inFile = new ArrayList<>();
            parts.stream().filter(part -> file.containsKey(part.name()))
                    .forEach(part -> inFile.add(file.get(part.name())));
            if (!inFile.isEmpty()) {
                own.put(name, FileTensor.joined(parts, inFile));
            }
        });
        StateDict.requireFit(model, own);
        return own;
    }

    private Map<String, Stored> withoutZeroBiases(Map<String, ? extends Stored> named) {
        Map<String, Stored> rest = new LinkedHashMap<>(named);
        zeroBiases.forEach((name, length) -> {
            Stored bias = rest.remove(name);
            if (bias != null && !isZero(bias, length)) {
                throw new IllegalArgumentException("weights do not fit the model; config.json says bias: false, but "
                        + name + " is not " + length + " zeros");
            }
        });
        return rest;
    }

    private static boolean isZero(Stored bias, int length) {
        if (!Arrays.equals(bias.shape(), new int[] {length})) {
            return false;
        }
        float[] values = new float[length];
        bias.read(0, values);
        boolean isZero = true;
        for (float value : values) {
            isZero &= value == 0;
        }
        return isZero;
    }

    private Map<String, Stored> cropped(Map<String, Stored> file) {
        architecture.rows(model).forEach((name, rows) -> file.computeIfPresent(name, (same, stored) ->
                stored.shape().length == 2 && stored.shape()[0] > rows ? stored.firstRows(rows) : stored));
        return file;
    }
}
