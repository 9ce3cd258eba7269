package inkhorn.train;

import inkhorn.autograd.Rng;
import inkhorn.config.GroupSpec;
import inkhorn.config.ModelConfig;
import inkhorn.config.OptimConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.lora.Lora;
import inkhorn.optim.Optimizer;
import inkhorn.optim.ParameterGroup;
import inkhorn.train.parallel.Shards;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Creates the models of runs. */
public final class Models {

    private static final int NAMES_SHOWN = 6;

    private Models() {
    }

    /** The model that a config describes, with fresh weights that follow from the run's seed. */
    public static LanguageModel create(ModelConfig config, int vocabSize, long seed) {
        return config.create(vocabSize, new Rng(seed).stream(Streams.WEIGHTS));
    }

    /**
     * Prepares a model, which has the weights that it begins with, for the training of a config: with adapters and
     * nothing else to train, or with the parameters frozen that {@code train.freeze} names.
     *
     * @return the model
     * @throws UserError when a pattern of {@code train.freeze} matches no name, or nothing is left to train, or a
     *     pattern of {@code optim.groups} matches nothing that is trained
     */
    public static LanguageModel trainable(LanguageModel model, RunConfig config) {
        if (!config.lora().isOn()) {
            freeze(model, config.train().freeze());
        } else if (!Lora.isAdapted(model)) {
            Lora.adapt(model, config.lora());
            Lora.draw(model, new Rng(config.run().seed()).stream(Streams.WEIGHTS));
        }
        groups(model, config.optim());
        return model;
    }

    /**
     * The optimizer of a config, of all of a model that was made {@link #trainable}, before its first step.
     *
     * @throws UserError when a pattern of {@code optim.groups} matches nothing that is trained
     */
    public static Optimizer optimizer(LanguageModel model, OptimConfig config) {
        return optimizer(model, config, new Shards(model.namedParameters(), config.optimizer(), 1), 0);
    }

    /**
     * As above, of what one of several processes updates.
     *
     * @param shards what each process updates of the model
     * @param rank   of the process that it is of
     * @throws UserError when a pattern of {@code optim.groups} matches nothing that is trained
     */
    public static Optimizer optimizer(LanguageModel model, OptimConfig config, Shards shards, int rank) {
        return config.optimizer().create(config.hyperparameters(), shards.targets(rank, groups(model, config)));
    }

    /** The group of each trained parameter that is in one, by its name. */
    private static Map<String, ParameterGroup> groups(LanguageModel model, OptimConfig config) {
        List<Parameter> trained = model.namedParameters().stream().filter(p -> p.tensor().needsGrad()).toList();
        Map<String, ParameterGroup> groups = new LinkedHashMap<>();
        for (GroupSpec spec : config.groupSpecs()) {
            matching("optim.groups: no trained parameter", spec.params(), trained)
                    .forEach(p -> groups.putIfAbsent(p.name(), spec.group()));
        }
        return groups;
    }

    /** The parameters whose names match a pattern, at least one. */
    private static List<Parameter> matching(String none, String pattern, List<Parameter> parameters) {
        Pattern names = Pattern.compile("\\Q" + pattern.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E");
        List<Parameter> matched = parameters.stream().filter(p -> names.matcher(p.name()).matches()).toList();
        if (matched.isEmpty()) {
            throw new UserError(none + " matches " + pattern + "; names are "
                    + parameters.stream().limit(NAMES_SHOWN).map(Parameter::name).collect(Collectors.joining(", "))
                    + " and so on, all of which describe shows; * stands for any characters");
        }
        return matched;
    }

    /** Freezes the parameters whose names match {@code train.freeze}. */
    private static void freeze(LanguageModel model, List<String> patterns) {
        List<Parameter> parameters = model.namedParameters();
        for (String pattern : patterns) {
            matching("train.freeze: no parameter", pattern, parameters).forEach(p -> p.tensor().freeze());
        }
        if (model.trainedCount() == 0) {
            throw new UserError("train.freeze: found " + String.join(", ", patterns)
                    + ", which freeze every parameter; leave some to train");
        }
    }
}
