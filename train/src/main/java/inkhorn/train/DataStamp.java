package inkhorn.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Hashes;
import inkhorn.data.prepare.DataManifest;
import inkhorn.data.prepare.PreparedData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The data that a run trains on: the token files of both splits, as a checkpoint's {@code trainer.json} records them
 * under {@value #KEY}. They depend only on the text, the tokenizer and {@code data.val_fraction}.
 *
 * @param train the tokens that it learns from
 * @param val   the tokens that it is evaluated on
 */
record DataStamp(Tokens train, Tokens val) {

    private static final String KEY = "data";
    private static final int SHORT_HASH = 12;

    /**
     * A split.
     *
     * @param tokens how many
     * @param sha256 of the token file; of instructions, of its hash and that of the lengths
     */
    record Tokens(long tokens, String sha256) {

        private static Tokens of(DataManifest.Split split, DataManifest.Completions completions) {
            return new Tokens(split.tokens(), completions == null ? split.sha256()
                    : Hashes.sha256((split.sha256() + completions.sha256()).getBytes(StandardCharsets.US_ASCII)));
        }

        private static Tokens of(JsonNode json) {
            return new Tokens(json.path("tokens").asLong(), json.path("sha256").asText());
        }

        private void put(ObjectNode json) {
            json.put("tokens", tokens).put("sha256", sha256);
        }

        @Override
        public String toString() {
            String hash = sha256.substring(0, Math.min(SHORT_HASH, sha256.length()));
            return String.format(Locale.ROOT, "%,d tokens (sha256 %s)", tokens, hash);
        }
    }

    static DataStamp of(PreparedData data) {
        DataManifest manifest = data.manifest();
        return new DataStamp(Tokens.of(manifest.train(), manifest.examples().get(DataManifest.TRAIN)),
                Tokens.of(manifest.val(), manifest.examples().get(DataManifest.VAL)));
    }

    /** Empty where a checkpoint says nothing, as those of earlier versions do. */
    static Optional<DataStamp> read(ObjectNode trainer) {
        JsonNode stamp = trainer.path(KEY);
        return Optional.of(stamp).filter(JsonNode::isObject)
                .map(json -> new DataStamp(Tokens.of(json.path("train")), Tokens.of(json.path("val"))));
    }

    /** Adds itself to a {@code trainer.json}. */
    ObjectNode in(ObjectNode trainer) {
        ObjectNode stamp = trainer.putObject(KEY);
        train.put(stamp.putObject("train"));
        val.put(stamp.putObject("val"));
        return trainer;
    }

    /** What differs from the data of a checkpoint, in words; empty where nothing does. */
    String difference(DataStamp checkpoint) {
        List<String> different = new ArrayList<>();
        if (!train.equals(checkpoint.train)) {
            different.add("the training split is " + train + ", not " + checkpoint.train);
        }
        if (!val.equals(checkpoint.val)) {
            different.add("the validation split is " + val + ", not " + checkpoint.val);
        }
        return String.join("; ", different);
    }
}
