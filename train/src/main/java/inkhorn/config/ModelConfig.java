package inkhorn.config;

import inkhorn.autograd.Rng;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.config.Check;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Section {@code model}: the architecture, and the other settings of the model with which a run begins.
 *
 * @param type     a GPT, or the bigram table that a GPT must beat
 * @param gpt      the architecture; its components are keys of this section
 * @param initFrom a path to a checkpoint whose weights a new run begins with; null for fresh ones
 */
public record ModelConfig(Type type, GptConfig gpt, String initFrom) {
    /** The dotted key of {@link #initFrom}. */
    public static final String INIT_FROM = "model.init_from";

    /** Keys of the architecture that say how a model is trained, not what it is; a run chooses them anew. */
    public static final List<String> OF_TRAINING = List.of("model.dropout", "model.drop_path");

    /** The kinds of models, and how one is made of an architecture. */
    public enum Type {
        GPT(Gpt::new),
        BIGRAM((config, rng) -> new Bigram(config.vocabSize(), config.blockSize(), rng));

        private final BiFunction<GptConfig, Rng, LanguageModel> create;

        Type(BiFunction<GptConfig, Rng, LanguageModel> create) {
            this.create = create;
        }
    }

    public ModelConfig {
        new Check("model")
                .present("type", type, Scalar.oneOf(Type.class))
                .that(initFrom == null || !initFrom.isBlank(), "init_from",
                        "found \"\", expected a path to a checkpoint")
                .done();
    }

    /** A GPT with every key at its default. */
    public static ModelConfig defaults() {
        return new ModelConfig(Type.GPT, GptConfig.defaults(), null);
    }

    /** A model of this kind for a vocabulary, with fresh weights. */
    public LanguageModel create(int vocabSize, Rng weights) {
        return type.create.apply(gpt.withVocabSize(vocabSize), weights);
    }

    /**
     * What a run that begins with such a model's weights inherits, by dotted key: all that makes the architecture.
     * What says how a model is trained is not in it.
     */
    public Map<String, Object> architecture() {
        if (type == Type.BIGRAM) {
            return Map.of("model.type", type, "model.block_size", gpt.blockSize());
        }
        Map<String, Object> keys = ConfigKeys.values("model", this);
        keys.remove(INIT_FROM);
        keys.keySet().removeAll(OF_TRAINING);
        return keys;
    }

    /**
     * The keys whose values are not those of {@code other}; what a resume with another model is refused with. Where the
     * first weights came from is none of them: a resume has its own.
     */
    public List<Difference> differences(ModelConfig other) {
        return ConfigKeys.differences("model", this, other).stream().filter(d -> !d.key().equals(INIT_FROM)).toList();
    }
}
