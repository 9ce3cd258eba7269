package inkhorn.nn;

import java.util.ArrayList;
import java.util.List;

/**
 * What fixes a {@link Gpt}, in nanoGPT's words.
 *
 * @param vocabSize V, number of different tokens
 * @param blockSize the longest context, in tokens
 * @param nLayer number of blocks
 * @param nHead H, attention heads of a block; divides nEmbd
 * @param nEmbd C, channels
 * @param dropout probability of dropping at embedding, attention weights and residual branches, in [0, 1)
 * @param bias whether linear layers and layer norms have a bias
 * @param tieWeights whether the head uses the token embedding's weights (Press and Wolf 2017)
 * @param layerNormEps what is added to a variance, 1e-5 in GPT-2
 */
public record GptConfig(int vocabSize, int blockSize, int nLayer, int nHead, int nEmbd, double dropout, boolean bias,
                        Activation activation, Position position, boolean tieWeights, double layerNormEps) {

    /** GPT-2's epsilon. */
    public static final double LAYER_NORM_EPS = 1e-5;

    /** @throws IllegalArgumentException naming every value that is out of range, and what is allowed */
    public GptConfig {
        List<String> wrong = new ArrayList<>();
        positive("vocab_size", vocabSize, wrong);
        positive("block_size", blockSize, wrong);
        positive("n_layer", nLayer, wrong);
        positive("n_head", nHead, wrong);
        positive("n_embd", nEmbd, wrong);
        if (nHead > 0 && nEmbd > 0 && nEmbd % nHead != 0) {
            wrong.add("n_embd must be a multiple of n_head, found " + nEmbd + " and " + nHead);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            wrong.add("dropout must be at least 0 and below 1, found " + dropout);
        }
        if (!(layerNormEps > 0 && layerNormEps < 1)) {
            wrong.add("layer_norm_epsilon must be above 0 and below 1, found " + layerNormEps);
        }
        if (activation == null || position == null) {
            wrong.add("activation and position must be given");
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("model: " + String.join("; ", wrong));
        }
    }

    private static void positive(String key, int value, List<String> wrong) {
        if (value < 1) {
            wrong.add(key + " must be at least 1, found " + value);
        }
    }

    /** {@link LanguageModel#parameterCount()} of a model of this shape, without its memory. */
    public long parameterCount() {
        long norm = bias ? 2L * nEmbd : nEmbd;
        long square = (long) nEmbd * nEmbd;
        long biases = bias ? 9L * nEmbd : 0;                    // c_attn 3C, c_proj C, c_fc 4C, c_proj C
        long block = 2 * norm + 12 * square + biases;           // c_attn 3C², c_proj C², c_fc 4C², c_proj 4C²
        long tokens = (long) vocabSize * nEmbd * (tieWeights ? 1 : 2);
        long places = position == Position.LEARNED ? (long) blockSize * nEmbd : 0;
        return tokens + places + nLayer * block + norm;
    }

    /** {@link LanguageModel#flopsPerToken()} of a model of this shape. */
    public double flopsPerToken() {
        long places = position == Position.LEARNED ? (long) blockSize * nEmbd : 0;
        return 6.0 * (parameterCount() - places) + 12.0 * nLayer * nEmbd * blockSize;
    }

    /** Channels of a head. */
    public int headSize() {
        return nEmbd / nHead;
    }
}
