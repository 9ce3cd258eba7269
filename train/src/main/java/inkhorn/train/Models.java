package inkhorn.train;

import inkhorn.autograd.Rng;
import inkhorn.config.ModelConfig;
import inkhorn.nn.Activation;
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Position;

/** Models from configs. */
public final class Models {

    private static final double LAYER_NORM_EPS = 1e-5;
    /** Weight, gradient and AdamW's two moments. */
    private static final int FLOATS_PER_PARAMETER = 4;

    private Models() {
    }

    /** The model that a config describes, with fresh weights that follow from the run's seed. */
    public static LanguageModel create(ModelConfig config, int vocabSize, long seed) {
        Rng weights = new Rng(seed).stream(Streams.WEIGHTS);
        return switch (config.type()) {
            case GPT -> new Gpt(gptConfig(config, vocabSize), weights);
            case BIGRAM -> new Bigram(vocabSize, config.blockSize(), weights);
        };
    }

    private static GptConfig gptConfig(ModelConfig c, int vocabSize) {
        return new GptConfig(vocabSize, c.blockSize(), c.nLayer(), c.nHead(), c.nEmbd(), c.dropout(), c.bias(),
                Activation.valueOf(c.activation().name()), Position.valueOf(c.position().name()), c.tieWeights(), LAYER_NORM_EPS);
    }

    /**
     * About how many bytes training takes: parameters with gradient and moments, and what a batch's forward pass keeps for the
     * way back. A block keeps 20 values a channel and position (two norms, queries, keys and values, attention, the MLP's inner
     * layer twice at four times the width, branches and sums).
     */
    public static long trainingBytes(ModelConfig config, int vocabSize, int batchSize) {
        long positions = (long) batchSize * config.blockSize();
        long perPosition = config.type() == ModelConfig.Type.BIGRAM ? 2L * vocabSize
                : (20L * config.nLayer() + 8L) * config.nEmbd() + 2L * vocabSize;
        return 4 * (FLOATS_PER_PARAMETER * parameterCount(config, vocabSize) + positions * perPosition);
    }

    private static long parameterCount(ModelConfig config, int vocabSize) {
        return switch (config.type()) {
            case GPT -> gptConfig(config, vocabSize).parameterCount();
            case BIGRAM -> (long) vocabSize * vocabSize;
        };
    }
}
