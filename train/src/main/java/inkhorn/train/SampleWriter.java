package inkhorn.train;

import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.Generator;
import inkhorn.generate.Limits;
import inkhorn.generate.Sampler;
import inkhorn.nn.LanguageModel;
import java.util.Optional;

/** The short text of an evaluation: temperature 0.8, from a line break, the same random numbers at the same step. */
final class SampleWriter {

    private static final double TEMPERATURE = 0.8;

    /** The longest UTF-8 form of a character. A token is at least one byte, unless it stands for no text. */
    private static final long TOKENS_PER_CHARACTER = 4;

    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final long seed;
    private final int characters;

    /** @param characters how many code points to write; 0: no text */
    SampleWriter(LanguageModel model, Tokenizer tokenizer, long seed, int characters) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.seed = seed;
        this.characters = characters;
    }

    /** A text of exactly that many code points, unless nearly all of the model's tokens stand for no text. */
    Optional<String> write(long step) {
        if (characters == 0) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        StreamDecoder decoder = tokenizer.streamDecoder();
        Limits limits = Limits.ofTokens((int) Math.min(Integer.MAX_VALUE, TOKENS_PER_CHARACTER * characters));
        Generator generator = new Generator(model, Sampler.of(TEMPERATURE, 0), seed);
        generator.generate(tokenizer.startOfText(), limits, step, (id, logits) -> {
            text.append(decoder.next(id));
            return text.codePointCount(0, text.length()) < characters;
        });
        text.append(decoder.finish());
        int written = Math.min(characters, text.codePointCount(0, text.length()));
        return Optional.of(text.substring(0, text.offsetByCodePoints(0, written)));
    }
}
