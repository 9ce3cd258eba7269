package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tokenize} by its command line. */
class TokenizeCommandTest {

    @TempDir
    Path directory;
    private Path corpus;
    private final Program program = new Program();

    @BeforeEach
    void writeCorpus() throws IOException {
        corpus = Files.writeString(directory.resolve("corpus.txt"),
                "Every effort moves you forward.\nEvery step moves you.\n".repeat(50));
    }

    @Test
    void piecesAndIdsOfGpt2AreShown() {
        assertThat(program.run("tokenize", "--tokenizer", "gpt2", "--text", "Every effort moves you")).isZero();
        assertThat(program.out()).contains("\"Every\"", "\" effort\"", "\" moves\"", "\" you\"",
                "ids: [6109, 3626, 6100, 345]",
                "4 tokens for 22 characters (22 bytes), 5.50 characters a token; vocabulary of 50,257");
    }

    @Test
    void halfACharacterIsShownAsItsBytesAndASpecialTokenAsOne() {
        assertThat(program.run("tokenize", "--tokenizer", "gpt2", "--text", "🚀\n<|endoftext|>")).isZero();
        assertThat(program.out()).contains("\"\\xF0\\x9F\"", "\"\\x9A\"", "\"\\x80\"", "\"\\n\"", "50256]");
    }

    @Test
    void comparisonSetsTokenizersSideBySide() {
        assertThat(program.run("tokenize", "--compare", "--text", "Every Zebra moves", "--corpus", corpus.toString(),
                "--vocab-size", "300")).isZero();
        List<List<String>> rows = program.out().lines()
                .filter(line -> line.contains("|") && !line.contains("tokenizer"))
                .map(line -> List.of(line.replaceAll("[| ]+", " ").strip().split(" ")))
                .filter(row -> row.size() == 5).toList();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0)).containsExactly("char", "17", "1.00", "18", "2");
        assertThat(rows.get(1)).containsExactly("word", "3", "5.67", "10", "1");
        assertThat(rows.get(2)).containsExactly("gpt2", "4", "4.25", "50257", "0");
        assertThat(rows.get(3).get(0)).isEqualTo("bpe");
        assertThat(program.out()).contains("learned from " + corpus);
    }

    @Test
    void tokenizerMayBeAFileOrADirectoryWithOne() {
        BpeTokenizer.train(List.of("hello hello"), 300, 1).save(directory.resolve("tokenizer.json"));
        assertThat(program.run("tokenize", "--tokenizer", directory.resolve("tokenizer.json").toString(), "--text",
                "hello")).isZero();
        assertThat(program.run("tokenize", "--tokenizer", directory.toString(), "--text", "hello")).isZero();
        assertThat(program.out().lines().filter(line -> line.startsWith("1 tokens for 5 characters"))).hasSize(2);
    }

    @Test
    void jsonIsOneLineATextWithIdsTokensAndOffsetsInCodePoints() throws IOException {
        Path file = Files.writeString(directory.resolve("text.txt"), "🚀 go");
        assertThat(program.runWithInput("last\n", "tokenize", "--tokenizer=gpt2", "--json", "--text=Every effort",
                "--text=moves", "--file", file.toString(),
                "-")).isZero();
        List<JsonNode> texts = program.out().lines().map(TokenizeCommandTest::json).toList();
        assertThat(texts).extracting(text -> text.get("source").asText())
                .containsExactly("--text", "--text", file.toString(), "standard input");
        assertThat(texts).extracting(text -> text.get("text").asText())
                .containsExactly("Every effort", "moves", "🚀 go", "last\n");
        assertThat(texts.get(0).get("ids")).hasToString("[6109,3626]");
        assertThat(texts.get(0).get("tokens")).hasToString("[\"Every\",\" effort\"]");
        assertThat(texts.get(0).get("offsets")).hasToString("[[0,5],[5,12]]");
        assertThat(texts.get(2).get("tokens"))
                .hasToString("[\"\uFFFD\",\"\uFFFD\",\"\uFFFD\",\" go\"]".replace("\\uFFFD", "\uFFFD"));
        assertThat(texts.get(2).get("offsets")).as("three tokens share a character")
                .hasToString("[[0,1],[0,1],[0,1],[1,4]]");
    }

    @Test
    void eachLineIsATextOfItsOwnWhereAskedForEmptyOnesToo() {
        assertThat(program.runWithInput("one\n\ntwo", "tokenize", "--tokenizer=gpt2", "--json", "--lines", "--file=-"))
                .isZero();
        List<JsonNode> texts = program.out().lines().map(TokenizeCommandTest::json).toList();
        assertThat(texts).extracting(text -> text.get("source").asText())
                .containsExactly("standard input:1", "standard input:2", "standard input:3");
        assertThat(texts).extracting(text -> text.get("ids").toString()).containsExactly("[505]", "[]", "[11545]");
    }

    @Test
    void comparisonAsJsonHasTheSameCounts() {
        assertThat(program.run("tokenize", "--compare", "--json", "--text=Every Zebra", "--corpus", corpus.toString(),
                "--vocab-size=300")).isZero();
        JsonNode rows = json(program.out()).get("tokenizers");
        assertThat(rows).extracting(row -> row.get("tokenizer").asText())
                .containsExactly("char", "word", "gpt2", "bpe");
        assertThat(rows.get(1).get("unknown").asInt()).isEqualTo(1);
    }

    @Test
    void aTextThatCannotBeEncodedIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("text.txt"), "you\nZebra\n");
        assertThat(program.run("tokenize", "--tokenizer=char", "--corpus", corpus.toString(), "--lines", "--file",
                file.toString())).isEqualTo(2);
        assertThat(program.err()).startsWith("error: " + file + ":2: ");
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --tokenizer wordpiece --text a        | --tokenizer: found wordpiece, expected one of char, word, bpe, gpt2, cl100k_base, o200k_base, or the path of a tokenizer.json, a run, a checkpoint or prepared data that exists
        --text a                              | --tokenizer is missing: give a name, a file or a run, or --compare; --help shows how
        --tokenizer gpt2 --text=              | --text: found nothing, expected at least one character
        --tokenizer gpt2                      | no text given; give --text TEXT, --file FILE, or - for standard input
        --tokenizer gpt2 README.md            | README.md: expected - for standard input; give a text with --text, a file with --file
        --tokenizer gpt2 - --file -           | -: standard input is named twice, and can be read once; leave one out
        --tokenizer gpt2 -                    | standard input: found nothing, expected at least one character
        --tokenizer gpt2 --file nowhere.txt   | --file: nowhere.txt: no such file; give a text file, or - for standard input
        --tokenizer bpe --vocab-size 9 --text a  | --vocab-size: found 9, but the tokenizer bpe needs at least 257
        """)
    void wrongUsageIsOneLine(String arguments, String complaint) {
        String[] words = ("tokenize " + arguments).split(" ");
        assertThat(program.run(words)).isEqualTo(2);
        assertThat(program.err()).isEqualTo("error: " + complaint + System.lineSeparator());
    }
}
