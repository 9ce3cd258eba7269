package inkhorn.train;

import inkhorn.autograd.Rng;
import inkhorn.config.ModelConfig;
import inkhorn.nn.LanguageModel;

/** Models of runs. */
public final class Models {

    private Models() {
    }

    /** The model that a config describes, with fresh weights that follow from the run's seed. */
    public static LanguageModel create(ModelConfig config, int vocabSize, long seed) {
        return config.create(vocabSize, new Rng(seed).stream(Streams.WEIGHTS));
    }
}
