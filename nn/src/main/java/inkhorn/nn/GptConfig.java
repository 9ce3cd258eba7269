package inkhorn.nn;

import inkhorn.autograd.kernel.RowNorm;
import inkhorn.nn.config.Check;
import inkhorn.nn.config.InvalidConfigException;
import inkhorn.nn.config.Records;
import java.util.Map;

/**
 * The architecture of a {@link Gpt}, in nanoGPT's words: the one home of its keys and defaults. The YAML section
 * {@code model} is bound to it by the names of its components, and {@code config.json} is translated to it in
 * {@code inkhorn.nn.hf}.
 *
 * @param nLayer       number of blocks
 * @param nHead        H, attention heads of a block; divides nEmbd
 * @param nKvHead      heads of keys and values, a divisor of nHead; 0 for as many, and a value equal to nHead becomes 0
 * @param nEmbd        C, channels
 * @param nInner       hidden width of the feed-forward layer; 0 is its default, and a value equal to the default
 *                     becomes 0, so that equal models have equal configs
 * @param blockSize    the longest context, in tokens
 * @param dropout      probability of dropping at embedding, attention weights and residual branches, in [0, 1)
 * @param dropPath     probability of leaving a branch of the last block out for a sequence, in [0, 1)
 * @param bias         whether linear layers and LayerNorms have a bias
 * @param norm         of the branches' inputs and of the head's
 * @param normPosition where a block has norms
 * @param activation   the feed-forward layer's
 * @param position     how a token's position is embedded
 * @param ropeBase     of position rope: the base of its frequencies, {@code ropeBase^(-2i/rotated)} for pair i
 * @param ropePartial  of position rope: the share of a head's channels that are rotated, in (0, 1]
 * @param qkNorm       whether the queries and keys of each head are normalized (RMSNorm with a gain of their own)
 * @param valueResidual whether each block behind the first mixes its values with those of the first, by a learned share
 * @param logitSoftcap what bounds the logits, {@code cap · tanh(logit / cap)}; 0 for no bound
 * @param tieWeights   whether the head uses the token embedding's weights (Press and Wolf 2017)
 * @param headInitStd  std of the initial weights of a head of its own; 0 begins with equal logits
 * @param vocabSize    V, number of different tokens; follows from the data, 0 until they are known
 * @param layerNormEps what is added to a variance or a mean square
 */
public record GptConfig(int nLayer, int nHead, int nKvHead, int nEmbd, int nInner, int blockSize, double dropout,
        double dropPath, boolean bias, RowNorm norm, NormPosition normPosition, Activation activation,
        Position position, double ropeBase, double ropePartial, boolean qkNorm, boolean valueResidual,
        double logitSoftcap, boolean tieWeights, double headInitStd, int vocabSize, double layerNormEps) {
    /** nanoGPT's config/train_shakespeare_char.py, with train.py's dropout and bias, and GPT-2's epsilon. */
    private static final GptConfig DEFAULTS = new GptConfig(6, 6, 0, 384, 0, 256, 0, 0, false, RowNorm.LAYERNORM,
            NormPosition.PRE, Activation.GELU, Position.LEARNED, 10_000, 1, false, false, 0, true, 0.02, 0, 1e-5);

    /** @throws InvalidConfigException naming every value that is out of range, and what is allowed */
    public GptConfig {
        long near = nHead < 1 ? 0 : Math.max(1, Math.round((double) nEmbd / nHead)) * nHead;
        new Check("model").atLeast("n_layer", nLayer, 1).atLeast("n_head", nHead, 1).atLeast("n_embd", nEmbd, 1)
                .atLeast("n_kv_head", nKvHead, 0)
                .that(nHead < 1 || nKvHead < 1 || nHead % nKvHead == 0, "n_kv_head", "found " + nKvHead + ", which does"
                        + " not divide " + nHead + " heads (model.n_head); use a divisor, or 0 for as many", "n_head")
                .atLeast("n_inner", nInner, 0).atLeast("block_size", blockSize, 1).atLeast("vocab_size", vocabSize, 0)
                .within("dropout", dropout, 0, 1).within("drop_path", dropPath, 0, 1)
                .present("norm", norm, "a value").present("norm_position", normPosition, "a value")
                .present("activation", activation, "a value").present("position", position, "a value")
                .that(nHead < 1 || nEmbd < 1 || nEmbd % nHead == 0, "n_embd", "found " + nEmbd + ", which " + nHead
                        + " heads (model.n_head) do not divide; use " + near + " or another n_head", "n_head")
                .above("rope_base", ropeBase, 1)
                .that(ropePartial > 0 && ropePartial <= 1, "rope_partial", "found " + ropePartial
                        + ", expected a number > 0 and <= 1")
                .that(position != Position.ROPE || nHead < 1 || nEmbd < 1 || !(ropePartial > 0 && ropePartial <= 1)
                        || rotated(nEmbd / nHead, ropePartial) >= 2, "rope_partial", "found " + ropePartial
                        + ", which rotates no pair of a head's " + nEmbd / Math.max(1, nHead) + " channels; use a "
                        + "larger share or wider heads", "n_head")
                .atLeast("logit_softcap", logitSoftcap, 0).atLeast("head_init_std", headInitStd, 0)
                .between("layer_norm_eps", layerNormEps, 0, 1)
                .done();
        if (nKvHead == nHead) {
            nKvHead = 0;
        }
        if (nInner == activation.defaultWidth(nEmbd)) {
            nInner = 0;
        }
    }

    /** Where a block has norms; its word in configs is the constant's name in lower case. */
    public enum NormPosition {
        /** At the input of each branch, as GPT-2's. */
        PRE,
        /** Also at its output, before it is added (Ding et al. 2021, 2.4; Gemma 2). */
        SANDWICH
    }

    /** Every key at its default; of no vocabulary yet. */
    public static GptConfig defaults() {
        return DEFAULTS;
    }

    public int headSize() {
        return nEmbd / nHead;
    }

    /** Heads of keys and values. */
    public int keyHeads() {
        return nKvHead > 0 ? nKvHead : nHead;
    }

    /** Channels of all keys of a position, and of its values: fewer than C where heads share them. */
    public int keyChannels() {
        return keyHeads() * headSize();
    }

    /** Channels of a head that {@link Position#ROPE} rotates: the largest even number within the share. */
    public int rotated() {
        return rotated(headSize(), ropePartial);
    }

    private static int rotated(int headSize, double share) {
        return (int) (headSize * share / 2 + 1e-9) * 2;
    }

    public int hiddenWidth() {
        return nInner > 0 ? nInner : activation.defaultWidth(nEmbd);
    }

    public GptConfig withNLayer(int value) {
        return with("nLayer", value);
    }

    public GptConfig withNKvHead(int value) {
        return with("nKvHead", value);
    }

    /** Before {@link #withNEmbd} where both change: the heads must divide the channels all the time. */
    public GptConfig withNHead(int value) {
        return with("nHead", value);
    }

    public GptConfig withNEmbd(int value) {
        return with("nEmbd", value);
    }

    public GptConfig withNInner(int value) {
        return with("nInner", value);
    }

    public GptConfig withBlockSize(int value) {
        return with("blockSize", value);
    }

    public GptConfig withDropout(double value) {
        return with("dropout", value);
    }

    public GptConfig withDropPath(double value) {
        return with("dropPath", value);
    }

    public GptConfig withBias(boolean value) {
        return with("bias", value);
    }

    public GptConfig withNorm(RowNorm value) {
        return with("norm", value);
    }

    public GptConfig withNormPosition(NormPosition value) {
        return with("normPosition", value);
    }

    public GptConfig withActivation(Activation value) {
        return with("activation", value);
    }

    public GptConfig withPosition(Position value) {
        return with("position", value);
    }

    public GptConfig withRopeBase(double value) {
        return with("ropeBase", value);
    }

    public GptConfig withRopePartial(double value) {
        return with("ropePartial", value);
    }

    public GptConfig withQkNorm(boolean value) {
        return with("qkNorm", value);
    }

    public GptConfig withValueResidual(boolean value) {
        return with("valueResidual", value);
    }

    public GptConfig withLogitSoftcap(double value) {
        return with("logitSoftcap", value);
    }

    public GptConfig withTieWeights(boolean value) {
        return with("tieWeights", value);
    }

    public GptConfig withHeadInitStd(double value) {
        return with("headInitStd", value);
    }

    public GptConfig withVocabSize(int value) {
        return with("vocabSize", value);
    }

    public GptConfig withLayerNormEps(double value) {
        return with("layerNormEps", value);
    }

    private GptConfig with(String component, Object value) {
        Map<String, Object> values = Records.values(this);
        values.put(component, value);
        return Records.make(GptConfig.class, values.values().toArray());
    }
}
