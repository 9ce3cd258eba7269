package inkhorn.train;

import inkhorn.autograd.Rng;
import inkhorn.config.ModelConfig;
import inkhorn.config.UserError;
import inkhorn.nn.Bigram;
import inkhorn.nn.BigramOutline;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.GptOutline;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Outline;
import java.math.BigInteger;

/** Models from configs. */
public final class Models {

    /** Elements of the longest array: what {@link inkhorn.autograd.Shape} allows. */
    private static final long MOST_NUMBERS = Integer.MAX_VALUE - 8;

    private Models() {
    }

    /** The model that a config describes, with fresh weights that follow from the run's seed. */
    public static LanguageModel create(ModelConfig config, int vocabSize, long seed) {
        Rng weights = new Rng(seed).stream(Streams.WEIGHTS);
        return switch (config.type()) {
            case GPT -> new Gpt(gptConfig(config, vocabSize), weights);
            case BIGRAM -> new Bigram(vocabSize, config.gpt().blockSize(), weights);
        };
    }

    private static GptConfig gptConfig(ModelConfig c, int vocabSize) {
        return c.gpt().withVocabSize(vocabSize);
    }

    /** What the model that a config describes consists of; none of it is made. */
    public static Outline outline(ModelConfig config, int vocabSize) {
        return switch (config.type()) {
            case GPT -> new GptOutline(gptConfig(config, vocabSize));
            case BIGRAM -> new BigramOutline(vocabSize, config.gpt().blockSize());
        };
    }

    /**
     * Refuses batches of which some array of a step would have more elements than Java allows.
     *
     * @throws UserError that names the keys
     */
    public static void requireArrays(ModelConfig config, int vocabSize, int batchSize) {
        long widest = config.type() == ModelConfig.Type.GPT ? Math.max(vocabSize, 4L * config.gpt().nEmbd()) : vocabSize;
        BigInteger numbers = BigInteger.valueOf((long) batchSize * config.gpt().blockSize()).multiply(BigInteger.valueOf(widest));
        if (numbers.compareTo(BigInteger.valueOf(MOST_NUMBERS)) > 0) {
            throw new UserError("train.batch_size " + batchSize + " with model.block_size " + config.gpt().blockSize() + ": " + widest
                    + " numbers a token are " + numbers + ", and one array holds " + MOST_NUMBERS
                    + "; choose a smaller train.batch_size, and raise train.grad_accum by as much");
        }
    }

    /** About how many bytes training takes. */
    public static long trainingBytes(ModelConfig config, int vocabSize, int batchSize) {
        return TrainingMemory.of(outline(config, vocabSize), batchSize, config.gpt().blockSize()).total();
    }
}
