package inkhorn.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.data.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizersTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '\u00A6', quoteCharacter = '`', textBlock = """
        {"format":"inkhorn-char","vers ¦ not valid JSON (line 1); the file is damaged, copy it again
        {} []                                    ¦ not valid JSON (line 1); the file is damaged, copy it again
        [1] ¦ \
        expected a JSON object with a "format" or a "model"; the file is damaged, copy it again
        {"vocab":{}} ¦ \
        neither "format" nor "model" in it; known: inkhorn-char, inkhorn-word, inkhorn-tiktoken and Hugging Face's; \
        take the tokenizer.json that lies beside the checkpoint
        {"format":"other","version":1} ¦ \
        unknown tokenizer format "other"; known: inkhorn-char, inkhorn-word, inkhorn-tiktoken and Hugging Face's; \
        take the tokenizer.json that lies beside the checkpoint
        {"format":"inkhorn-char"} ¦ "version" is missing, expected 1; the file is damaged, copy it again
        {"format":"inkhorn-char","version":2} ¦ \
        inkhorn-char version 2, but this program reads versions up to 1; use a newer Inkhorn
        {"format":"inkhorn-char","version":1} ¦ \
        "vocab" must be a list of at least one character; the file is damaged, copy it again
        {"format":"inkhorn-char","version":1,"vocab":["a","bc"]} ¦ \
        vocab[1] is "bc", expected one character; the file is damaged, copy it again
        {"format":"inkhorn-char","version":1,"vocab":["a",7]} ¦ \
        vocab[1] is 7, expected one character; the file is damaged, copy it again
        {"format":"inkhorn-tiktoken","version":1,"encoding":"p50k"} ¦ \
        "encoding" is "p50k", expected one of cl100k_base, o200k_base; the file is damaged, copy it again
        {"format":"inkhorn-word","version":1,"vocab":["a"]} ¦ \
        "vocab" must be a list of <unk>, <|endoftext|> and at least one word; the file is damaged, copy it again
        {"format":"inkhorn-word","version":1,"vocab":["<unk>","<|endoftext|>","a b"]} ¦ \
        vocab[2] is "a b", expected one word, punctuation mark or line break; the file is damaged, copy it again
        {"format":"inkhorn-word","version":1,"vocab":["<unk>","<|endoftext|>","a","a"]} ¦ \
        vocab[3] is "a", which is vocab[2] too; the file is damaged, copy it again
        {"format":"inkhorn-char","version":1,"vocab":["b","a"]} ¦ \
        vocab[1] is out of order or a repetition; characters must ascend by code point; the file is damaged, copy it \
        again
        """)
    void damagedOrForeignFileIsRefusedInOneLine(String content, String complaint) throws Exception {
        Path file = Files.writeString(directory.resolve("tokenizer.json"), content);
        assertThatThrownBy(() -> Tokenizers.load(file)).isInstanceOf(DataException.class)
                .hasMessage(file + ": " + complaint);
    }

    @Test
    void emptyFileIsRefused() throws Exception {
        Path file = Files.createFile(directory.resolve("tokenizer.json"));
        assertThatThrownBy(() -> Tokenizers.load(file)).isInstanceOf(DataException.class)
                .hasMessage(file
                + ": expected a JSON object with a \"format\" or a \"model\"; the file is damaged, copy it again");
    }

    @Test
    void missingFileIsNamed() {
        Path file = directory.resolve("none.json");
        assertThatThrownBy(() -> Tokenizers.load(file)).isInstanceOf(DataException.class)
                .hasMessage(file
                + ": the tokenizer cannot be read (no such file or directory); give the path of a saved "
                + "tokenizer.json");
    }

    @Test
    void unknownNameListsWhatIsAllowed() {
        assertThatThrownBy(() -> Tokenizers.create("wordpiece", "text")).isInstanceOf(DataException.class)
                .hasMessage(
                "data.tokenizer: unknown tokenizer 'wordpiece'; allowed: char, word, bpe, gpt2, cl100k_base, "
                        + "o200k_base, or the path of a tokenizer.json");
    }
}
