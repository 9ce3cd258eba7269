package inkhorn.nn;

import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A part of a model: its own tensors and the modules inside it, each under a name. Where a field is assigned it is also
 * registered, with what it is for:
 * <pre>{@code this.cProj = child("c_proj", "attention's output", new Linear(C, C, config.bias()));}</pre>
 *
 * <p>A name may hold dots, where a level of the name is no class of its own: {@code transformer.wte}.
 */
public abstract class Module {
    private final Map<String, Module> children = new LinkedHashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    /** Of the parameters that multiply activations: see {@link Parameter#matrices()}. */
    private final Map<String, List<Integer>> matrices = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Map<String, Tensor> ties = new LinkedHashMap<>();
    /** What the children and parameters are for, by name; none where that follows from what is around them. */
    private final Map<String, String> meanings = new LinkedHashMap<>();
    private Module parent;
    private String name;

    /** Registers a module inside this one, and returns it. */
    protected final <M extends Module> M child(String name, M module) {
        claim(name);
        children.put(name, module);
        Module added = module;
        added.parent = this;
        added.name = name;
        return module;
    }

    /** Registers a module inside this one with what it is for, in a few words, and returns it. */
    protected final <M extends Module> M child(String name, String meaning, M module) {
        child(name, module);
        meanings.put(name, meaning);
        return module;
    }

    /** Makes and registers a trained tensor of zeros, outside any scope. */
    protected final Tensor parameter(String name, int... dims) {
        claim(name);
        Tensor tensor = Tensor.variable(Shape.of(dims));
        parameters.put(name, tensor);
        return tensor;
    }

    /** Makes and registers a trained tensor with what it is for in this module, in a word. */
    protected final Tensor parameter(String name, String meaning, int... dims) {
        meanings.put(name, meaning);
        return parameter(name, dims);
    }

    /** As {@link #parameter(String, int...)}, of matrices side by side that multiply activations. */
    protected final Tensor matrices(String name, int in, List<Integer> columns) {
        matrices.put(name, columns);
        return parameter(name, in, columns.stream().mapToInt(Integer::intValue).sum());
    }

    /** Registers a tensor that is computed and not trained, but written with the weights for those who read them. */
    protected final Tensor buffer(String name, Tensor tensor) {
        claim(name);
        buffers.put(name, tensor);
        return tensor;
    }

    /** Registers another name of a parameter: files may hold it, this module never writes it. */
    protected final void tie(String name, Tensor parameter) {
        claim(name);
        ties.put(name, parameter);
    }

    private void claim(String name) {
        if (children.containsKey(name) || parameters.containsKey(name) || buffers.containsKey(name)
                || ties.containsKey(name)) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the name " + name + " is taken");
        }
    }

    /** The dotted name from the root module, as {@code transformer.h.0.attn.c_attn}; empty for the root. */
    public final String path() {
        return parent == null ? "" : parent.path(name);
    }

    /** The dotted name from the root module of something inside this one. */
    final String path(String inside) {
        return parent == null ? inside : path() + "." + inside;
    }

    /** Every trained tensor in here, each once, in the order of registration: own ones first, then child by child. */
    public final List<Parameter> namedParameters() {
        List<Parameter> found = new ArrayList<>();
        collect("", "", found);
        return found;
    }

    private void collect(String prefix, String meaning, List<Parameter> found) {
        parameters.forEach((key, tensor) -> found.add(new Parameter(prefix + key, tensor,
                meaning(meaning, key), matrices.getOrDefault(key, List.of()))));
        children.forEach((key, child) -> child.collect(prefix + key + ".", meaning(meaning, key), found));
    }

    /** Every module inside this one by its dotted name, each before what is inside it. */
    public final Map<String, Module> namedModules() {
        Map<String, Module> found = new LinkedHashMap<>();
        children.forEach((key, child) -> {
            found.put(key, child);
            child.namedModules().forEach((inside, module) -> found.put(key + "." + inside, module));
        });
        return found;
    }

    private String meaning(String outer, String key) {
        String own = meanings.getOrDefault(key, "");
        return outer.isEmpty() || own.isEmpty() ? outer + own : outer + ", " + own;
    }

    /** Tensors that are written with the parameters but follow from the configuration. */
    public final Map<String, Tensor> namedBuffers() {
        return collect("", module -> module.buffers);
    }

    /** Other names of parameters. */
    public final Map<String, Tensor> namedTies() {
        return collect("", module -> module.ties);
    }

    private Map<String, Tensor> collect(String prefix, Function<Module, Map<String, Tensor>> kind) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        kind.apply(this).forEach((key, tensor) -> found.put(prefix + key, tensor));
        children.forEach((key, child) -> found.putAll(child.collect(prefix + key + ".", kind)));
        return found;
    }
}
