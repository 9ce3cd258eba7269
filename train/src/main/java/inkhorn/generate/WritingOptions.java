package inkhorn.generate;

import java.util.List;

/**
 * How {@link TrainedModel#stream} writes.
 *
 * @param sampler chooses each token
 * @param tokens how many to write at most, at least 0
 * @param stops texts that end it, none of them empty
 * @param seed the same seed gives the same text
 */
public record WritingOptions(Sampler sampler, int tokens, List<String> stops, long seed) {
    /** Those of the command {@code sample}. */
    public static final WritingOptions DEFAULTS = new WritingOptions(
            Sampler.drawing(Penalties.NONE, Warping.DEFAULTS), 500, List.of(), 1337);

    /** @throws IllegalArgumentException when the number of tokens is negative or a stop string is empty */
    public WritingOptions {
        Limits.ofTokens(tokens);
        new StopStrings(stops);
        stops = List.copyOf(stops);
    }

    /** The same with another way of choosing tokens. */
    public WritingOptions withSampler(Sampler other) {
        return new WritingOptions(other, tokens, stops, seed);
    }

    /** The same with another length. */
    public WritingOptions withTokens(int other) {
        return new WritingOptions(sampler, other, stops, seed);
    }

    /** The same with other texts that end it. */
    public WritingOptions withStops(String... other) {
        return new WritingOptions(sampler, tokens, List.of(other), seed);
    }

    /** The same with another seed. */
    public WritingOptions withSeed(long other) {
        return new WritingOptions(sampler, tokens, stops, other);
    }
}
