package inkhorn.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.data.tokenizer.word.WordTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesTest {

    @TempDir
    private Path directory;

    @Test
    void aByteLevelBpeIsReadByTransformersOwnClassWithItsEndOfText() throws IOException {
        assertThat(config(BpeTokenizer.train(List.of("hello hello"), 300, 1))).isEqualTo(new ObjectMapper().readTree("""
                {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 24, "bos_token": "<|endoftext|>",
                 "eos_token": "<|endoftext|>", "clean_up_tokenization_spaces": false}"""));
    }

    @Test
    void aFormatOfInkhornsNamesAClassThatTransformersDoesNotHave() throws IOException {
        assertThat(config(CharTokenizer.fromText("abc"))).isEqualTo(new ObjectMapper().readTree("""
                {"tokenizer_class": "InkhornTokenizer", "model_max_length": 24,
                    "clean_up_tokenization_spaces": false}"""));
    }

    @Test
    void aWordTokenizerNamesItsUnknownToken() throws IOException {
        JsonNode config = config(WordTokenizer.train(List.of("to be or not to be"), 5, 1));
        assertThat(config.get("tokenizer_class").textValue()).isEqualTo("InkhornTokenizer");
        assertThat(config.get("unk_token").textValue()).isEqualTo("<unk>");
        assertThat(config.get("eos_token").textValue()).isEqualTo("<|endoftext|>");
    }

    @Test
    void theTokenizerItselfIsWrittenBesideIt() throws IOException {
        Tokenizer tokenizer = CharTokenizer.fromText("abc");
        write(tokenizer);
        assertThat(Tokenizers.load(directory.resolve(TrainedModel.TOKENIZER_FILE)).hash()).isEqualTo(tokenizer.hash());
    }

    private JsonNode config(Tokenizer tokenizer) throws IOException {
        write(tokenizer);
        return new ObjectMapper().readTree(directory.resolve(TokenizerFiles.CONFIG_FILE).toFile());
    }

    private void write(Tokenizer tokenizer) throws IOException {
        for (Map.Entry<String, FileWriter> file : TokenizerFiles.of(tokenizer, 24).entrySet()) {
            file.getValue().write(directory.resolve(file.getKey()));
        }
    }
}
