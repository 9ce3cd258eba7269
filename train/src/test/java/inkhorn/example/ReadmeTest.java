package inkhorn.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import inkhorn.autograd.Rng;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.Safetensors;
import inkhorn.data.CharTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README shows is what compiles, runs and exists. */
class ReadmeTest {

    private static final Path ROOT = Path.of("..");

    @ParameterizedTest
    @ValueSource(strings = {"WriteText", "TrainALine"})
    void theCodeInTheReadmeIsTheCodeThatIsTested(String example) throws IOException {
        String source = Files.readString(Path.of("src/test/java/inkhorn/example", example + ".java"));
        String shown = source.substring(source.indexOf("// README: from here\n"), source.indexOf("// README: to here"))
                .replace("// README: from here\n", "").stripIndent().strip();
        assertThat(readme()).contains("```java\n" + shown + "\n```");
    }

    @Test
    void theEnginesExampleFindsTheSlope() {
        assertThat(TrainALine.slope()).isCloseTo(3, within(1e-3f));
    }

    @Test
    void theSamplersExampleWritesFiveHundredCharacters(@TempDir Path model) throws IOException {
        CharTokenizer tokenizer = CharTokenizer.fromText("ROMEO:\n art");
        Gpt gpt = new Gpt(new GptConfig(tokenizer.vocabularySize(), 8, 1, 1, 4, 0, false, Activation.GELU, Position.LEARNED,
                true, 1e-5), new Rng(1));
        Safetensors.write(model.resolve("model.safetensors"), ModelFiles.weights(gpt), Safetensors.HUGGING_FACE, false);
        Files.writeString(model.resolve("config.json"), ModelFiles.configJson(gpt).toString());
        tokenizer.save(model.resolve(TrainedModel.TOKENIZER_FILE));
        StringBuilder text = new StringBuilder();
        WriteText.write(model, text::append);
        assertThat(text).hasSize(500);
    }

    @Test
    void everyFileThatTheReadmeLinksToExists() throws IOException {
        List<String> links = Pattern.compile("]\\(([^)#:]+)\\)").matcher(readme()).results().map(MatchResult::group).toList();
        assertThat(links).hasSizeGreaterThan(5);
        for (String link : links) {
            assertThat(ROOT.resolve(link.substring(2, link.length() - 1))).exists();
        }
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }
}
