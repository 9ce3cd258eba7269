package inkhorn.data.tokenizer.character;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.DataException;
import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharTokenizerTest {
    private static final String MANY_SCRIPTS = "Aé ß\n\tЖ日本語 한글 עברית العربية हिन्दी 👩‍🚀🇬🇷 e\u0301 \uFFFD\u0000";

    @TempDir
    Path directory;

    @Test
    void decodingGivesBackTextOfManyScripts() {
        Tokenizer tokenizer = CharTokenizer.fromText(MANY_SCRIPTS);
        int[] alphabet = MANY_SCRIPTS.codePoints().toArray();
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            String text = random.ints(random.nextInt(50), 0, alphabet.length).map(k -> alphabet[k])
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        }
    }

    @Test
    void idIsTheRankOfTheCodePoint() {
        Tokenizer tokenizer = CharTokenizer.fromText(MANY_SCRIPTS);
        List<Integer> ranked = new ArrayList<>(new TreeSet<>(MANY_SCRIPTS.codePoints().boxed().toList()));

        assertThat(tokenizer.vocabSize()).isEqualTo(ranked.size());
        assertThat(tokenizer.encode(MANY_SCRIPTS)).containsExactly(MANY_SCRIPTS.codePoints().map(ranked::indexOf)
                .toArray());
    }

    @Test
    void characterOutsideTheBasicPlaneIsOneToken() {
        assertThat(CharTokenizer.fromText("a🚀b").encode("🚀a")).containsExactly(2, 0);
    }

    @Test
    void theFormForHuggingFaceIsReadBackAsTheSameTokenizer() throws IOException {
        CharTokenizer tokenizer = CharTokenizer.fromText("é\n\"日本\\ 🎭a");
        Path file = Files.write(directory.resolve("tokenizer.json"), tokenizer.huggingFaceBytes().orElseThrow());
        assertThat(Tokenizers.load(file).hash()).isEqualTo(tokenizer.hash());
    }

    @Test
    void aVocabularyForHuggingFaceInAnotherOrderIsRefused() throws IOException {
        String json = new String(CharTokenizer.fromText("ab").huggingFaceBytes().orElseThrow(), StandardCharsets.UTF_8);
        Path file = Files.writeString(directory.resolve("tokenizer.json"), json.replaceAll("\"a\" ?: ?0", "\"c\":0"));
        assertThatThrownBy(() -> Tokenizers.load(file)).isInstanceOf(DataException.class)
                .hasMessageContaining("out of order");
    }

    @Test
    void unknownCharacterIsNamedWithItsPosition() {
        Tokenizer tokenizer = CharTokenizer.fromText("ab🚀");
        assertThatThrownBy(() -> tokenizer.encode("🚀a✓"))
                .isInstanceOf(DataException.class)
                .hasMessage(
                "char tokenizer: character '✓' (U+2713) at position 3 is not in the vocabulary of 3 characters; "
                        + "leave it out, or train on a text that contains it");
    }

    @Test
    void invisibleCharacterIsNamedByNumberAlone() {
        assertThatThrownBy(() -> CharTokenizer.fromText("ab").encode("a\n"))
                .hasMessage("char tokenizer: character U+000A at position 2 is not in the vocabulary of 2 characters; "
                        + "leave it out, or train on a text that contains it");
    }

    @Test
    void halfACharacterIsRefused() {
        String message =
                "char tokenizer: unpaired surrogate U+D83D at position 3 is half a character and not Unicode text; "
                + "read the text as UTF-8, or remove it";
        assertThatThrownBy(() -> CharTokenizer.fromText("a🚀\uD83Db")).isInstanceOf(DataException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> CharTokenizer.fromText("a🚀b").encode("a🚀\uD83Db")).isInstanceOf(DataException.class)
                .hasMessage(message);
    }

    @Test
    void emptyTextHasNoVocabulary() {
        assertThatThrownBy(() -> CharTokenizer.fromText(""))
                .hasMessage(
                "char tokenizer: the text is empty, so there is no vocabulary; give a text with characters in it");
    }

    @Test
    void idOutsideTheVocabularyIsNamed() {
        assertThatThrownBy(() -> CharTokenizer.fromText("ab").decode(new int[] {0, 2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("char tokenizer: id 2 is outside the vocabulary of 2 tokens");
    }

    @Test
    void savedFormIsTheDocumentedJson() {
        assertThat(new String(CharTokenizer.fromText("é\na🚀").toBytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":\"inkhorn-char\",\"version\":1,\"vocab\":[\"\\n\",\"a\",\"é\",\"🚀\"]}");
    }

    @Test
    void loadedTokenizerIsTheSavedOne() {
        Tokenizer saved = CharTokenizer.fromText(MANY_SCRIPTS);
        Path file = directory.resolve("tokenizer.json");
        saved.save(file);

        Tokenizer loaded = Tokenizers.load(file);

        assertThat(loaded.name()).isEqualTo("char");
        assertThat(loaded.hash()).isEqualTo(saved.hash());
        assertThat(loaded.encode(MANY_SCRIPTS)).containsExactly(saved.encode(MANY_SCRIPTS));
    }

    @Test
    void hashIsTheSha256OfTheSavedFile() throws Exception {
        Tokenizer tokenizer = CharTokenizer.fromText(MANY_SCRIPTS);
        Path file = directory.resolve("tokenizer.json");
        tokenizer.save(file);

        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        assertThat(tokenizer.hash()).isEqualTo(HexFormat.of().formatHex(digest))
                .isNotEqualTo(CharTokenizer.fromText("ab").hash());
    }

    @Test
    void streamedIdsGiveTheSameText() {
        Tokenizer tokenizer = CharTokenizer.fromText(MANY_SCRIPTS);
        StreamDecoder decoder = tokenizer.streamDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : tokenizer.encode(MANY_SCRIPTS)) {
            text.append(decoder.next(id));
        }
        assertThat(text.append(decoder.finish()).toString()).isEqualTo(MANY_SCRIPTS);
    }

    @Test
    void savingToAMissingDirectorySaysSo() {
        Path file = directory.resolve("none").resolve("tokenizer.json");
        assertThatThrownBy(() -> CharTokenizer.fromText("ab").save(file))
                .isInstanceOf(DataException.class)
                .hasMessage(file + ": the tokenizer cannot be saved (no such file or directory); "
                        + "check that the directory exists and can be written");
    }
}
