package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.serve.ServeOptions;
import inkhorn.serve.WebServer;
import inkhorn.serve.model.ServedModels;
import inkhorn.serve.play.PlayFeature;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The playground writes what the command {@code sample} writes, token for token, with each of its options. */
final class ServedTextTest {

    private static final String PROMPT = "abc 😀b";

    private final Program program = new Program();

    @TempDir
    private Path directory;

    @BeforeEach
    void saveAModel() {
        Tokenizer tokenizer = CharTokenizer.fromText("\n abcdefghijké😀");
        new TrainedModel(new Gpt(GptConfig.defaults().withVocabSize(tokenizer.vocabSize()).withBlockSize(16)
                .withNLayer(1).withNHead(2).withNEmbd(8).withBias(true), new Rng(3)), tokenizer)
                .save(directory.resolve("m"));
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--seed=5|'seed':5",
        "--seed=-9223372036854775808|'seed':'-9223372036854775808'",
        "--temperature=1.3 --top-k=4|'temperature':1.3,'top_k':4",
        "--temperature=0|'temperature':0",
        "--greedy|'greedy':true",
        "--top-p=0.6 --seed=2|'top_p':0.6,'seed':2",
        "--min-p=0.9|'min_p':0.9",
        "--typical-p=0.3|'typical_p':0.3",
        "--repetition-penalty=1.4 --presence-penalty=0.7|'repetition_penalty':1.4,'presence_penalty':0.7",
        "--no-repeat-ngram=2|'no_repeat_ngram':2",
        "--stop=e|'stop':'e'",
        "--no-slide|'slide':false",
        "--beam=3 --length-penalty=0.4|'beam':3,'length_penalty':0.4",
        "--beam=2 --early-stopping=never --stop=a|'beam':2,'early_stopping':'never','stop':['a']"})
    void theSameOptionsGiveTheSameText(String options, String fields) throws Exception {
        String[] command = ("sample\n" + directory.resolve("m") + "\n--json\n--tokens=40\n--prompt\n" + PROMPT + "\n"
                + options.replace(' ', '\n')).split("\n");
        assertThat(program.run(command)).as(program.err()).isZero();
        JsonNode sampled = Json.MAPPER.readTree(program.out());
        JsonNode served = served(fields.replace('\'', '"'));
        JsonNode text = served.has("hypotheses") ? served.get("hypotheses").get(0) : served;
        assertThat(text.get("text").asText()).isEqualTo(sampled.get("text").asText());
        assertThat(text.get("reason").asText()).isEqualTo(sampled.get("finish_reason").asText());
    }

    @Test
    void withoutOptionsTheDefaultsAreTheSame() throws Exception {
        program.run("sample", directory.resolve("m").toString(), "--json", "--tokens=40", "--prompt", PROMPT);
        assertThat(served("\"tokens\":40").get("text")).isEqualTo(Json.MAPPER.readTree(program.out()).get("text"));
    }

    /** The last event of a text. */
    private JsonNode served(String fields) throws Exception {
        try (ServedModels models = new ServedModels(Map.of("m", directory.resolve("m")));
                WebServer server = WebServer.start(new ServeOptions("127.0.0.1", 0, null, ServeOptions.Limits.DEFAULTS),
                        List.of(new PlayFeature(models)))) {
            String tokens = fields.contains("tokens") ? "" : "\"tokens\":40,";
            HttpRequest asked = HttpRequest.newBuilder(URI.create(server.address() + "api/play/write"))
                    .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(
                            "{\"prompt\":\"" + PROMPT + "\"," + tokens + fields + "}")).build();
            String[] events = HttpClient.newHttpClient().send(asked, HttpResponse.BodyHandlers.ofString()).body()
                    .split("\n\n");
            return Json.MAPPER.readTree(events[events.length - 1].replaceFirst("^data: ", ""));
        }
    }
}
