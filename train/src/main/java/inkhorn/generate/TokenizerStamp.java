package inkhorn.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.tokenizer.Tokenizer;
import java.util.Optional;

/**
 * Which tokenizer a model was trained with, as a checkpoint's {@code config.json} says under {@value #KEY}: ids mean
 * nothing without it, and two vocabularies of one size are not told apart by the model's shapes.
 *
 * @param name   as in {@code data.tokenizer}
 * @param tokens size of its vocabulary
 * @param sha256 {@link Tokenizer#hash}
 */
public record TokenizerStamp(String name, int tokens, String sha256) {
    private static final String KEY = "inkhorn_tokenizer";

    public static TokenizerStamp of(Tokenizer tokenizer) {
        return new TokenizerStamp(tokenizer.name(), tokenizer.vocabSize(), tokenizer.hash());
    }

    /** Empty where a checkpoint says nothing, as other programs' and Inkhorn's first ones do. */
    public static Optional<TokenizerStamp> read(ObjectNode config) {
        JsonNode stamp = config.path(KEY);
        return stamp.path("sha256").isTextual()
                ? Optional.of(new TokenizerStamp(stamp.path("name").asText("?"), stamp.path("tokens").asInt(),
                stamp.path("sha256").textValue()))
                : Optional.empty();
    }

    /** Adds itself to a {@code config.json}. */
    public ObjectNode in(ObjectNode config) {
        config.putObject(KEY).put("name", name).put("tokens", tokens).put("sha256", sha256);
        return config;
    }

    /** For messages; the hash tells apart what is alike otherwise. */
    @Override
    public String toString() {
        return name + " with " + tokens + " tokens (sha256 " + sha256.substring(0, Math.min(12, sha256.length())) + ")";
    }
}
