package inkhorn.nn;

import java.util.List;
import java.util.Map;

/** What a model consists of and what it does with a batch, told without making it: an outline takes none of the model's memory. */
public abstract sealed class Outline permits GptOutline, BigramOutline {

    /**
     * A trained tensor.
     *
     * @param name as {@link Module#namedParameters()} has it
     * @param shape sizes, outermost first
     * @param meaning what it is for, in a few words
     */
    public record Weights(String name, List<Integer> shape, String meaning) {

        /** The number of trained values. */
        public long count() {
            return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        }
    }

    /**
     * A stop on the way of a batch through the model.
     *
     * @param name of the module that computes it, or of the operation
     * @param shape what is there after it; the sizes of the definition, even where the kernels never hold it whole
     * @param meaning what was done, in a few words
     */
    public record Step(String name, List<Integer> shape, String meaning) {
    }

    /**
     * The outline of the model that the keys of a {@code config.json} describe.
     *
     * @throws IllegalArgumentException as {@link LanguageModels#of}
     */
    public static Outline of(Map<String, Object> config) {
        if (Bigram.MODEL_TYPE.equals(config.get("model_type"))) {
            HuggingFaceConfig.Reader in = new HuggingFaceConfig.Reader(config);
            return new BigramOutline(in.integer("vocab_size"), in.integer("n_positions"));
        }
        return new GptOutline(HuggingFaceConfig.read(config));
    }

    /** Each trained tensor once, in the order of {@link Module#namedParameters()}. */
    public abstract List<Weights> parameters();

    /** The stops of a batch of {@code batch} sequences of {@code time} tokens, from ids to logits. */
    public abstract List<Step> walk(int batch, int time);

    /**
     * Floats that a training step holds at its peak beside weights, gradients and moments: what the forward pass keeps for the
     * way back, and what the way back works in.
     */
    public abstract long activations(int batch, int time);

    /** As {@link LanguageModel#flopsPerToken()}. */
    public abstract double flopsPerToken();

    /** As {@link LanguageModel#blockSize()}. */
    public abstract int blockSize();

    /** As {@link LanguageModel#vocabSize()}. */
    public abstract int vocabSize();

    /** As {@link LanguageModel#parameterCount()}. */
    public abstract long parameterCount();
}
