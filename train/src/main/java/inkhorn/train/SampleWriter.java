package inkhorn.train;

import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.Generator;
import inkhorn.generate.Limits;
import inkhorn.generate.Sampler;
import inkhorn.nn.LanguageModel;
import java.util.Optional;

/**
 * The short text of an evaluation: temperature 0.8, from a line break or a prompt, the same random numbers at the same
 * step.
 */
final class SampleWriter {

    private static final double TEMPERATURE = 0.8;

    /** The longest UTF-8 form of a character. A token is at least one byte, unless it stands for no text. */
    private static final long TOKENS_PER_CHARACTER = 4;

    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final Optional<int[]> prompt;
    private final long seed;
    private final int characters;

    /**
     * Writes with a model.
     *
     * @param prompt     what to go on from, which the text begins with then, up to the end-of-text token; empty: a text
     *                   from its start
     * @param characters how many code points to write; 0: no text
     */
    SampleWriter(LanguageModel model, Tokenizer tokenizer, Optional<int[]> prompt, long seed, int characters) {
        this.prompt = prompt;
        this.model = model;
        this.tokenizer = tokenizer;
        this.seed = seed;
        this.characters = characters;
    }

    /**
     * A text of exactly that many code points, unless nearly all of the model's tokens stand for no text; behind a
     * prompt, of at most so many.
     */
    Optional<String> write(long step) {
        if (characters == 0) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder(prompt.map(tokenizer::decode).orElse(""));
        int from = text.codePointCount(0, text.length());
        StreamDecoder decoder = tokenizer.streamDecoder();
        int most = (int) Math.min(Integer.MAX_VALUE, TOKENS_PER_CHARACTER * characters);
        Limits limits = prompt.isEmpty() ? Limits.ofTokens(most) : new Limits(most, tokenizer.endOfText(), true);
        Generator generator = new Generator(model, Sampler.of(TEMPERATURE, 0), seed);
        generator.generate(prompt.orElseGet(tokenizer::startOfText), limits, step, (id, logits) -> {
            text.append(decoder.next(id));
            return text.codePointCount(0, text.length()) - from < characters;
        });
        text.append(decoder.finish());
        int written = Math.min(from + characters, text.codePointCount(0, text.length()));
        return Optional.of(text.substring(0, text.offsetByCodePoints(0, written)));
    }
}
