package inkhorn.nn.lora;

import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Tensor;
import inkhorn.nn.Initial;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Linear;
import inkhorn.nn.Parameter;
import inkhorn.nn.StateDict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Adapters of a model: adding them, their parameters, and folding them into the weights. */
public final class Lora {
    private static final String A_WEIGHT = "." + LowRank.A + ".weight";
    private static final String B_WEIGHT = "." + LowRank.B + ".weight";

    private Lora() {}

    /**
     * Freezes a model and adds adapters that are 0 until they are drawn or loaded.
     *
     * @return the model
     * @throws IllegalArgumentException when a target is none of {@link #targets}
     */
    public static <M extends LanguageModel> M adapt(M model, LoraConfig config) {
        Set<String> known = targets(model);
        List<String> unknown = config.targets().stream().filter(target -> !known.contains(target)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("found " + String.join(", ", unknown) + ", expected names out of "
                    + String.join(", ", known));
        }
        return adapt(model, config, linears(model).keySet().stream()
                .filter(name -> config.targets().contains(lastPart(name))).collect(Collectors.toSet()));
    }

    /**
     * As above, with adapters at these modules alone.
     *
     * @param modules out of {@link #adaptable}
     */
    public static <M extends LanguageModel> M adapt(M model, LoraConfig config, Set<String> modules) {
        model.namedParameters().forEach(p -> p.tensor().freeze());
        linears(model).forEach((name, linear) -> {
            if (modules.contains(name)) {
                linear.adapt(new LowRank(linear.weight().shape().dim(0), linear.weight().shape().dim(1), config));
            }
        });
        return model;
    }

    /**
     * Draws what adapters start from, as PEFT does: A uniform as nn.Linear is by default (He et al. 2015, with
     * {@code a = √5}), between {@code -1/√in} and {@code 1/√in}; B stays 0, so that the model computes what it did.
     *
     * @param rng each A draws a stream that depends on its name
     */
    public static void draw(LanguageModel adapted, Rng rng) {
        parameters(adapted).stream().filter(p -> p.name().endsWith(A_WEIGHT))
                .forEach(p -> Initial.uniform(p, 1 / Math.sqrt(p.tensor().shape().dim(0)), rng));
    }

    /** The names of the modules that can have an adapter. */
    public static Set<String> adaptable(LanguageModel model) {
        return linears(model).keySet();
    }

    /** The last parts of these names, in alphabetical order. */
    public static Set<String> targets(LanguageModel model) {
        Set<String> targets = new TreeSet<>();
        adaptable(model).forEach(name -> targets.add(lastPart(name)));
        return targets;
    }

    /** Whether a model has adapters. */
    public static boolean isAdapted(LanguageModel model) {
        return !parameters(model).isEmpty();
    }

    /** The adapters' parameters alone, A before B, in the order of the model's modules. */
    public static List<Parameter> parameters(LanguageModel model) {
        return model.namedParameters().stream()
                .filter(p -> p.name().endsWith(A_WEIGHT) || p.name().endsWith(B_WEIGHT)).toList();
    }

    /**
     * A model of the same architecture without adapters that computes the same: {@code W + (alpha / r) · A · B} is in
     * the place of each adapted W. The given one is not changed.
     */
    public static LanguageModel merged(LanguageModel adapted) {
        LanguageModel merged = adapted.alike();
        Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(adapted));
        parameters(adapted).forEach(p -> state.remove(p.name()));
        try (NoGrad off = NoGrad.open()) {
            linears(adapted).forEach((name, linear) -> linear.adapter().ifPresent(adapter ->
                    state.put(name + ".weight", linear.weight().add(((LowRank) adapter).product()))));
        }
        StateDict.load(merged, state);
        return merged;
    }

    /** Those of the model itself, without the parts of adapters. */
    private static Map<String, Linear> linears(LanguageModel model) {
        Map<String, Linear> linears = new LinkedHashMap<>();
        model.namedModules().forEach((name, module) -> {
            String last = lastPart(name);
            if (module instanceof Linear linear && !last.equals(LowRank.A) && !last.equals(LowRank.B)) {
                linears.put(name, linear);
            }
        });
        return linears;
    }

    private static String lastPart(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
