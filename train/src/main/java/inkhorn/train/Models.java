package inkhorn.train;

import inkhorn.autograd.Rng;
import inkhorn.config.ModelConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import inkhorn.nn.lora.Lora;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Models of runs. */
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
     * @throws UserError when a pattern of {@code train.freeze} matches no name, or nothing is left to train
     */
    public static LanguageModel trainable(LanguageModel model, RunConfig config) {
        if (!config.lora().isOn()) {
            return freeze(model, config.train().freeze());
        }
        if (!Lora.isAdapted(model)) {
            Lora.adapt(model, config.lora());
            Lora.draw(model, new Rng(config.run().seed()).stream(Streams.WEIGHTS));
        }
        return model;
    }

    /**
     * Freezes the parameters whose names match {@code train.freeze}.
     *
     * @return the model
     * @throws UserError when a pattern matches no name, or nothing is left to train
     */
    private static LanguageModel freeze(LanguageModel model, List<String> patterns) {
        List<Parameter> parameters = model.namedParameters();
        for (String pattern : patterns) {
            Pattern names = Pattern.compile("\\Q" + pattern.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E");
            List<Parameter> matched = parameters.stream().filter(p -> names.matcher(p.name()).matches()).toList();
            if (matched.isEmpty()) {
                throw new UserError("train.freeze: no parameter matches " + pattern + "; names are "
                        + parameters.stream().limit(NAMES_SHOWN).map(Parameter::name).collect(Collectors.joining(", "))
                        + " and so on, all of which describe shows; * stands for any characters");
            }
            matched.forEach(p -> p.tensor().freeze());
        }
        if (model.trainedCount() == 0) {
            throw new UserError("train.freeze: found " + String.join(", ", patterns)
                    + ", which freeze every parameter; leave some to train");
        }
        return model;
    }
}
