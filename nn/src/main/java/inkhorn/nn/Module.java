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
 * registered:
 * <pre>{@code this.cAttn = child("c_attn", new Linear(C, 3 * C, config.bias(), null));}</pre>
 *
 * <p>A name may hold dots, where a level of the name is no class of its own: {@code transformer.wte}.
 */
public abstract class Module {

    private final Map<String, Module> children = new LinkedHashMap<>();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Map<String, Tensor> ties = new LinkedHashMap<>();

    /** Registers a module inside this one, and returns it. */
    protected final <M extends Module> M child(String name, M module) {
        claim(name);
        children.put(name, module);
        return module;
    }

    /** Makes and registers a trained tensor of zeros, outside any scope. */
    protected final Tensor parameter(String name, int... dims) {
        claim(name);
        Tensor tensor = Tensor.variable(new float[Shape.of(dims).size()], dims);
        parameters.put(name, tensor);
        return tensor;
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

    /** Every trained tensor in here, each once, in the order of registration: own ones first, then child by child. */
    public final List<Parameter> namedParameters() {
        List<Parameter> found = new ArrayList<>();
        collect("", module -> module.parameters).forEach((name, tensor) -> found.add(new Parameter(name, tensor)));
        return found;
    }

    /** Tensors that are written with the parameters but follow from the configuration. */
    final Map<String, Tensor> namedBuffers() {
        return collect("", module -> module.buffers);
    }

    /** Other names of parameters. */
    final Map<String, Tensor> namedTies() {
        return collect("", module -> module.ties);
    }

    private Map<String, Tensor> collect(String prefix, Function<Module, Map<String, Tensor>> kind) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        kind.apply(this).forEach((name, tensor) -> found.put(prefix + name, tensor));
        children.forEach((name, child) -> found.putAll(child.collect(prefix + name + ".", kind)));
        return found;
    }
}
