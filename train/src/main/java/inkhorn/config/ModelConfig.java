package inkhorn.config;

import java.util.List;

/**
 * Section {@code model}: the model's shape.
 *
 * @param type       a GPT, or the bigram table that a GPT must beat
 * @param nLayer     blocks
 * @param nHead      attention heads; divides {@code nEmbd}
 * @param nEmbd      channels
 * @param blockSize  longest context, in tokens
 * @param dropout    share of activations dropped while training
 * @param bias       whether Linear and LayerNorm have a bias
 * @param activation the MLP's
 * @param position   how a token learns where it stands
 * @param tieWeights whether the head shares the token embedding's matrix
 * @param initFrom   a path to a checkpoint whose weights a new run begins with; null for fresh ones
 */
public record ModelConfig(
        Type type, int nLayer, int nHead, int nEmbd, int blockSize, double dropout, boolean bias,
        Activation activation, Position position, boolean tieWeights, String initFrom) {

    /** The dotted key of {@link #initFrom}. */
    public static final String INIT_FROM = "model.init_from";

    public enum Type { GPT, BIGRAM }

    /** {@code GELU} is exact, by erf; {@code GELU_TANH} is GPT-2's approximation. */
    public enum Activation { GELU, GELU_TANH, RELU }

    public enum Position { LEARNED, SINUSOIDAL }

    public ModelConfig {
        Check check = new Check("model")
                .present("type", type, Scalar.oneOf(Type.class))
                .atLeast("n_layer", nLayer, 1)
                .atLeast("n_head", nHead, 1)
                .atLeast("n_embd", nEmbd, 1)
                .atLeast("block_size", blockSize, 1)
                .within("dropout", dropout, 0, 1)
                .present("activation", activation, Scalar.oneOf(Activation.class))
                .present("position", position, Scalar.oneOf(Position.class))
                .that(initFrom == null || !initFrom.isBlank(), "init_from", "found \"\", expected a path to a checkpoint");
        if (type == Type.GPT && nHead >= 1 && nEmbd >= 1) {
            check.that(nEmbd % nHead == 0, "n_embd", "found " + nEmbd + ", which " + nHead + " heads (model.n_head) do not divide;"
                    + " use " + nearestMultiple(nEmbd, nHead) + " or another n_head", "model.n_head");
        }
        check.done();
    }

    /** The sizes of nanoGPT's config/train_shakespeare_char.py, and train.py's dropout and bias. */
    public static ModelConfig defaults() {
        return new ModelConfig(Type.GPT, 6, 6, 384, 256, 0.0, false, Activation.GELU, Position.LEARNED, true, null);
    }

    /**
     * The keys whose values are not those of {@code other}; what a resume with another model is refused with. Where the first weights
     * came from is none of them: a resume has its own.
     */
    public List<Difference> differences(ModelConfig other) {
        return ConfigKeys.differences("model", this, other).stream().filter(d -> !d.key().equals(INIT_FROM)).toList();
    }

    private static long nearestMultiple(int value, int of) {
        return Math.max(1, Math.round((double) value / of)) * of;
    }
}
