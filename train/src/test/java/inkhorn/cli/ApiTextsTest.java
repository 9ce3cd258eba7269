package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.serve.api.ApiServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API and the command {@code sample}: the same seed, the same texts. */
final class ApiTextsTest {

    @TempDir
    private Path directory;

    @Test
    void choicesAreTheTextsOfSampleWithTheSameSeed() throws Exception {
        Path model = directory.resolve("small");
        JsonNode choices;
        try (ApiServer server = new ApiServer(model, CharTokenizer.fromText("abc de\n"))) {
            choices = server.ask("v1/completions", """
                    {"model": "small", "prompt": "abc", "max_tokens": 80, "n": 3, "seed": 11, "temperature": 0.8,
                     "top_k": 5, "stop": "dd"}""").path("choices");
        }
        Program program = new Program();
        assertThat(program.run("sample", model.toString(), "--prompt=abc", "--tokens=80", "--num=3", "--seed=11",
                "--temperature=0.8", "--top-k=5", "--stop=dd", "--no-relaunch")).as(program.err()).isZero();
        String[] texts = program.out().split("\n---------------\n", -1);
        assertThat(texts).hasSize(3);
        for (int i = 0; i < 3; i++) {
            String text = "abc" + choices.get(i).path("text").asText();
            assertThat(i == 2 ? text + "\n" : text).isEqualTo(texts[i]);
        }
    }
}
