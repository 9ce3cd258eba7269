package inkhorn.train;

import inkhorn.autograd.Rng;
import inkhorn.config.ModelConfig;
import inkhorn.nn.Activation;
import inkhorn.nn.Bigram;
import inkhorn.nn.BigramOutline;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.GptOutline;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Outline;
import inkhorn.nn.Position;

/** Models from configs. */
public final class Models {

    private static final double LAYER_NORM_EPS = 1e-5;

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

    /** What the model that a config describes consists of; none of it is made. */
    public static Outline outline(ModelConfig config, int vocabSize) {
        return switch (config.type()) {
            case GPT -> new GptOutline(gptConfig(config, vocabSize));
            case BIGRAM -> new BigramOutline(vocabSize, config.blockSize());
        };
    }

    /** About how many bytes training takes. */
    public static long trainingBytes(ModelConfig config, int vocabSize, int batchSize) {
        return TrainingMemory.of(outline(config, vocabSize), batchSize, config.blockSize()).total();
    }
}
