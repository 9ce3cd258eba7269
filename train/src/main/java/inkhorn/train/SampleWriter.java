package inkhorn.train;

import inkhorn.data.Tokenizer;
import inkhorn.generate.Generator;
import inkhorn.generate.Sampler;
import inkhorn.nn.LanguageModel;
import java.util.Optional;

/** The short text of an evaluation: temperature 0.8, from a line break, the same random numbers at the same step. */
final class SampleWriter {

    private static final double TEMPERATURE = 0.8;

    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final long seed;
    private final int tokens;

    /** @param tokens how many to write; 0: no text */
    SampleWriter(LanguageModel model, Tokenizer tokenizer, long seed, int tokens) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.seed = seed;
        this.tokens = tokens;
    }

    Optional<String> write(long step) {
        if (tokens == 0) {
            return Optional.empty();
        }
        int[] ids = new int[tokens];
        int[] written = {0};
        new Generator(model, Sampler.of(TEMPERATURE, 0), seed)
                .generate(tokenizer.startOfText(), tokens, step, id -> ids[written[0]++] = id);
        return Optional.of(tokenizer.decode(ids));
    }
}
