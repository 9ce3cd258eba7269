package inkhorn.data.tokenizer.word;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.DataException;
import inkhorn.data.source.BuiltInCorpus;
import inkhorn.data.tokenizer.StreamDecoder;
import inkhorn.data.tokenizer.Texts;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordTokenizerTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {
        "ROMEO:\nBut, soft! what light through yonder window breaks?\n",
        "'Tis better so; don't ask o'er (again) [or ever].",
        "He said \"Come in\" and \"sit.\"\n\n\"No,\" she said.",
        "A well-nigh 3.14 or 1,000 at 10:30 costs $5.",
        "\u201CQuoted\u201D and \u00ABcité\u00BB \u2018once\u2019 l\u2019heure",
        "either/or a_b @home ¿qué?"})
    void spacesComeBackWhereTheyUsuallyStand(String text) {
        Tokenizer tokenizer = WordTokenizer.train(List.of(text), 100, 1);
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void idsAreRanksByFrequencyThenByText() {
        Tokenizer tokenizer = WordTokenizer.train(List.of("b b a c c a,", "zebra\na"), 7, 1);
        assertThat(new String(tokenizer.toBytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":\"inkhorn-word\",\"version\":1,"
                        + "\"vocab\":[\"<unk>\",\"<|endoftext|>\",\"a\",\"b\",\"c\",\"\\n\",\",\"]}");
        assertThat(tokenizer.encode("a c zebra, a  b")).containsExactly(2, 4, 0, 6, 2, 3);
        assertThat(tokenizer.decode(new int[] {2, 4, 0, 6, 2})).isEqualTo("a c <unk>, a");
        assertThat(tokenizer.unknown()).hasValue(0);
        assertThat(tokenizer.endOfText()).hasValue(1);
        assertThat(tokenizer.kind().isLossless()).isFalse();
    }

    @Test
    void threadsChangeNoByte() {
        String text = BuiltInCorpus.text();
        byte[] once = WordTokenizer.train(List.of(text), 5_000, 1).toBytes();
        assertThat(WordTokenizer.train(List.of(text), 5_000, 2).toBytes()).isEqualTo(once);
        assertThat(WordTokenizer.train(Texts.chunks(text, 10_000), 5_000, 4).toBytes()).isEqualTo(once);
    }

    @Test
    void decodedTextHasTheIdsItWasDecodedFrom() {
        String all = String.join("\n", Texts.ofManyScripts(1_000, 21)) + BuiltInCorpus.text();
        Tokenizer tokenizer = WordTokenizer.train(List.of(all), 1_000_000, 2);
        assertThat(tokenizer.encode(tokenizer.decode(tokenizer.encode(BuiltInCorpus.text()))))
                .isEqualTo(tokenizer.encode(BuiltInCorpus.text()));
    }

    @Test
    void loadedTokenizerIsTheSavedOne() {
        Tokenizer saved = WordTokenizer.train(List.of(BuiltInCorpus.text()), 500, 1);
        saved.save(directory.resolve("tokenizer.json"));
        Tokenizer loaded = Tokenizers.load(directory.resolve("tokenizer.json"));
        assertThat(loaded.name()).isEqualTo("word");
        assertThat(loaded.hash()).isEqualTo(saved.hash());
        assertThat(loaded.encode("To be, or not to be")).isEqualTo(saved.encode("To be, or not to be"));
    }

    @Test
    void streamedIdsGiveTheSameText() {
        Tokenizer tokenizer = WordTokenizer.train(List.of(BuiltInCorpus.text()), 500, 1);
        int[] ids = tokenizer.encode(BuiltInCorpus.text().substring(0, 5_000));
        StringBuilder streamed = new StringBuilder();
        StreamDecoder decoder = tokenizer.streamDecoder();
        for (int id : ids) {
            streamed.append(decoder.next(id));
        }
        assertThat(streamed.append(decoder.finish()).toString()).isEqualTo(tokenizer.decode(ids));
    }

    /** A text written on from a prompt is not glued to it, and has not two spaces either. */
    @ParameterizedTest
    @MethodSource("continuations")
    void whatFollowsATextIsSpacedAsItsContinuation(String before, String continuation, String expected) {
        Tokenizer tokenizer = WordTokenizer.train(List.of("My lord, the king (\"lord\") the\n"), 100, 1);
        StreamDecoder decoder = tokenizer.streamDecoderAfter(before);
        StringBuilder text = new StringBuilder();
        for (int id : tokenizer.encode(continuation)) {
            text.append(decoder.next(id));
        }
        assertThat(text.toString()).isEqualTo(expected);
    }

    static List<Arguments> continuations() {
        return List.of(Arguments.of("My lord,", "the king", " the king"),
                Arguments.of("My lord, ", "the king", "the king"),
                Arguments.of("My lord", ", the", ", the"), Arguments.of("My (", "lord)", "lord)"),
                Arguments.of("the \"", "king\" the", "king\" the"),
                Arguments.of("the", "\nthe", "\nthe"), Arguments.of("the\n", "king", "king"),
                Arguments.of("", "the king", "the king"));
    }

    @Test
    void textWithoutAWordHasNoVocabulary() {
        assertThatThrownBy(() -> WordTokenizer.train(List.of("  \t "), 10, 1)).isInstanceOf(DataException.class)
                .hasMessage(
                "word tokenizer: there is no word in the text, so there is no vocabulary; give a text with words in "
                        + "it");
    }
}
