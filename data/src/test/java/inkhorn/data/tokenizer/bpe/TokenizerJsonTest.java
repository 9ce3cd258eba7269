package inkhorn.data.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.DataException;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TokenizerJsonTest {
    private static final String DAMAGED = "; the file is damaged, copy it again";
    private static final String FOREIGN = "; only a byte-level BPE in GPT-2's layout can be read: give the "
            + "tokenizer.json of such a one, "
            + "or train one with data.tokenizer: bpe";
    /** Ids 256 "he", 257 "hel", 258 "<|endoftext|>". */
    private static final BpeTokenizer TRAINED = BpeTokenizer.train(List.of("hel hel he"), 300, 1);

    @TempDir
    Path directory;

    @Test
    void savedFormIsHuggingFaces() throws Exception {
        ObjectNode root = saved();
        assertThat(root.path("model").path("type").asText()).isEqualTo("BPE");
        assertThat(root.path("model").path("vocab")).hasSize(TRAINED.vocabSize());
        assertThat(root.path("model").path("vocab").path("Ġ").asInt()).isEqualTo(220);
        assertThat(root.path("model").path("vocab").path("<|endoftext|>").asInt()).isEqualTo(TRAINED.vocabSize() - 1);
        assertThat(root.path("model").path("merges").get(0).asText()).isEqualTo("h e");
        assertThat(root.path("added_tokens").get(0).path("content").asText()).isEqualTo("<|endoftext|>");
        assertThat(root.path("pre_tokenizer").path("type").asText()).isEqualTo("ByteLevel");
        assertThat(root.path("decoder").path("type").asText()).isEqualTo("ByteLevel");
    }

    @Test
    void loadedTokenizerIsTheSavedOne() throws Exception {
        Tokenizer loaded = load(root -> { });
        assertThat(loaded.name()).isEqualTo("bpe");
        assertThat(loaded.hash()).isEqualTo(TRAINED.hash());
        assertThat(loaded.encode("hello he\n")).isEqualTo(TRAINED.encode("hello he\n"));
    }

    @Test
    void mergesMayBeListsAndAddedTokensStandOutsideOfTheVocabulary() throws Exception {
        Tokenizer loaded = load(root -> {
            ArrayNode merges = (ArrayNode) root.path("model").path("merges");
            for (int i = 0; i < merges.size(); i++) {
                String[] pair = merges.get(i).asText().split(" ");
                merges.set(i, Json.MAPPER.createArrayNode().add(pair[0]).add(pair[1]));
            }
            ((ObjectNode) root.path("model").path("vocab")).remove("<|endoftext|>");
            root.putObject("post_processor").put("type", "ByteLevel");
        });
        assertThat(loaded.hash()).as("the same tokenizer, however it is written").isEqualTo(TRAINED.hash());
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("model.type is \"WordPiece\", expected \"BPE\"" + FOREIGN,
                        root -> model(root).put("type", "WordPiece")),
                damage("pre_tokenizer.type is missing, expected \"ByteLevel\"" + FOREIGN,
                        root -> root.putNull("pre_tokenizer")),
                damage("pre_tokenizer.type is \"Sequence\", expected \"ByteLevel\"" + FOREIGN,
                        root -> root.putObject("pre_tokenizer").put("type", "Sequence")),
                damage("pre_tokenizer.add_prefix_space is true" + FOREIGN,
                        root -> ((ObjectNode) root.path("pre_tokenizer")).put("add_prefix_space", true)),
                damage("pre_tokenizer.use_regex is false" + FOREIGN,
                        root -> ((ObjectNode) root.path("pre_tokenizer")).put("use_regex", false)),
                damage("normalizer is {\"type\":\"NFC\"}" + FOREIGN,
                        root -> root.putObject("normalizer").put("type", "NFC")),
                damage("model.dropout is 0.1" + FOREIGN, root -> model(root).put("dropout", 0.1)),
                damage("model.vocab has \"日本\", which does not spell bytes" + FOREIGN,
                        root -> vocab(root).put("日本", 7)),
                damage("model.vocab must be an object of tokens and their ids" + DAMAGED,
                        root -> model(root).putArray("vocab")),
                damage("model.vocab lacks \"Ġ\", the byte 0x20" + DAMAGED, root -> {
                    vocab(root).remove("Ġ");
                    vocab(root).put("zq", 220);
                }),
                damage("no token has id 220, though the highest is 258" + DAMAGED, root -> vocab(root).remove("Ġ")),
                damage("two tokens have id 0, one of them \"A\"" + DAMAGED, root -> vocab(root).put("A", 0)),
                damage("token \"A\" has id -1, expected 0 to 259" + DAMAGED, root -> vocab(root).put("A", "x")),
                damage("\"<|endoftext|>\" has id 9 in model.vocab and 258 in added_tokens" + DAMAGED,
                        root -> vocab(root).put("<|endoftext|>", 9)),
                damage("added_tokens has {\"id\":3}, expected a \"content\" and an \"id\" of at least 0" + DAMAGED,
                        root -> ((ArrayNode) root.path("added_tokens")).addObject().put("id", 3)),
                damage("model.merges must be a list" + DAMAGED, root -> model(root).put("merges", "h e")),
                damage("model.merges[2] is \"he\", expected two tokens, as \"a b\" or [\"a\",\"b\"]" + DAMAGED,
                        root -> merges(root).add("he")),
                damage("model.merges[2] is \"h q\", but model.vocab has no \"hq\"" + DAMAGED,
                        root -> merges(root).add("h q")),
                damage("model.merges[2] is \"h e\", which appears there twice" + DAMAGED,
                        root -> merges(root).add("h e")));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void damagedOrForeignFileIsOneLine(String complaint, Consumer<ObjectNode> damage) {
        assertThatThrownBy(() -> load(damage)).isInstanceOf(DataException.class)
                .hasMessage(directory.resolve("tokenizer.json") + ": " + complaint);
    }

    private static Arguments damage(String complaint, Consumer<ObjectNode> damage) {
        return Arguments.of(complaint, damage);
    }

    private static ObjectNode model(ObjectNode root) {
        return (ObjectNode) root.path("model");
    }

    private static ObjectNode vocab(ObjectNode root) {
        return (ObjectNode) root.path("model").path("vocab");
    }

    private static ArrayNode merges(ObjectNode root) {
        return (ArrayNode) root.path("model").path("merges");
    }

    private static ObjectNode saved() throws IOException {
        return (ObjectNode) Json.MAPPER.readTree(TRAINED.toBytes());
    }

    private Tokenizer load(Consumer<ObjectNode> change) throws IOException {
        ObjectNode root = saved();
        change.accept(root);
        return Tokenizers.load(Files.write(directory.resolve("tokenizer.json"), Json.bytes(root)));
    }
}
