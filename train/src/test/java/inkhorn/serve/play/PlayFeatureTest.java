package inkhorn.serve.play;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.generate.CachedLogits;
import inkhorn.generate.NextLogits;
import inkhorn.generate.TrainedModel;
import inkhorn.inspect.Neighbours;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlayFeatureTest {

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path directory;
    private PlayModels models;

    @BeforeEach
    void start() throws IOException {
        models = PlayModels.serve(directory);
    }

    @AfterEach
    void stop() {
        models.close();
    }

    @Test
    void tellsOfEachModelWhatIsNeededToChooseOne() throws Exception {
        assertThat(get("api/models").at("/models")).extracting(JsonNode::asText)
                .containsExactly("characters", "pieces");
        JsonNode facts = get("api/models/pieces");
        assertThat(facts.get("tokenizer").asText()).isEqualTo("bpe");
        assertThat(facts.get("block_size").asInt()).isEqualTo(PlayModels.BLOCK);
        assertThat(facts.get("parameters").asLong()).isEqualTo(trained("pieces").model().parameterCount());
        assertThat(facts.at("/most/tokens").asInt()).isEqualTo(4096);
        assertThat(get("api/models/none").at("/error/message").asText())
                .isEqualTo("model: found none, expected one of characters, pieces");
    }

    @Test
    void logitsAreThoseOfTheModelToTheLastBit() throws Exception {
        TrainedModel trained = trained("characters");
        int[] ids = trained.tokenizer().encode("abc <é\nabcdefghijklmnopabcdefghijklmnop");
        JsonNode answer = post("api/play/logits", Map.of("ids", ids));
        try (NextLogits next = CachedLogits.of(trained.model())) {
            float[] row = next.start(new int[][] {ids})[0];
            assertThat(answer.get("logits")).hasSize(row.length);
            for (int id = 0; id < row.length; id++) {
                assertThat(Float.parseFloat(answer.get("logits").get(id).asText())).isEqualTo(row[id]);
            }
        }
    }

    @Test
    void piecesOfATextAreTheTextAndEachTokenHasAFormOfItsOwn() throws Exception {
        for (String model : List.of("characters", "pieces")) {
            JsonNode tokens = post("api/play/tokens", Map.of("model", model, "prompt", "a\n é漢😀")).get("tokens");
            StringBuilder text = new StringBuilder();
            tokens.forEach(token -> text.append(token.get("text").asText()));
            assertThat(text).as(model).hasToString("a\n é漢😀");
        }
        JsonNode names = get("api/play/vocabulary?model=pieces");
        int half = trained("pieces").tokenizer().encode("é")[0];
        int whole = trained("pieces").tokenizer().encode("a")[0];
        assertThat(names.get("tokens").get(half).asText()).isEqualTo("\\xC3");
        assertThat(names.get("tokens").get(whole).asText()).isEqualTo("a");
        assertThat(names.get("partial")).extracting(JsonNode::asInt).contains(half).doesNotContain(whole);
    }

    @Test
    void aTextGoesOnFromAnyTokenAsItWouldWithoutABreak() throws Exception {
        Map<String, Object> asked = Map.of("prompt", "abc", "tokens", 40, "presence_penalty", 1.5);
        List<Integer> whole = ids(write(asked));
        assertThat(whole).hasSize(40);
        List<Integer> begun = new ArrayList<>(promptIds("abc"));
        begun.addAll(whole.subList(0, 10));
        assertThat(ids(write(Map.of("ids", begun, "prompt_length", 3, "tokens", 30, "presence_penalty", 1.5))))
                .isEqualTo(whole.subList(10, 40));
    }

    @Test
    void aStopTextEndsTheTextBeforeItself() throws Exception {
        List<JsonNode> events = write(Map.of("prompt", "abc", "tokens", 60));
        String text = events.get(events.size() - 1).get("text").asText();
        String stop = text.substring(20, 22);
        List<JsonNode> stopped = write(Map.of("prompt", "abc", "tokens", 60, "stop", List.of(stop)));
        JsonNode end = stopped.get(stopped.size() - 1);
        assertThat(end.get("text").asText()).isEqualTo(text.substring(0, text.indexOf(stop)));
        assertThat(end.get("reason").asText()).isEqualTo("stop");
    }

    @Test
    void beamSearchTellsEachStepAndTheTextsThatItFound() throws Exception {
        List<JsonNode> events = write(Map.of("prompt", "abc", "tokens", 5, "beam", 3));
        List<List<Integer>> going = List.of(List.of());
        List<List<Integer>> ended = new ArrayList<>();
        for (JsonNode event : events.subList(1, events.size() - 1)) {
            List<List<Integer>> before = going;
            going = plus(before, event.get("going"));
            ended.addAll(plus(before, event.get("ended")));
        }
        JsonNode found = events.get(events.size() - 1).get("hypotheses");
        assertThat(found).hasSize(3);
        found.forEach(hypothesis -> assertThat(ended).contains(IntStream.range(0, 5)
                .mapToObj(i -> hypothesis.get("tokens").get(i).get("id").asInt()).toList()));
        assertThat(found.get(0).get("score").asDouble()).isGreaterThan(found.get(1).get("score").asDouble());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{}|prompt and ids: found neither, expected one of them",
        "{'prompt':'a','ids':[1]}|prompt and ids: found both, expected one of them",
        "{'ids':[]}|ids: found an empty list, expected at least one token; nothing stands before the first",
        "{'ids':[1,999]}|ids[1]: found 999, expected a token id from 0 to 37",
        "{'prompt':'a','tokens':0}|tokens: found 0, expected a whole number from 1 to 4096",
        "{'prompt':'a','tokens':99999}|tokens: found 99999, expected a whole number from 1 to 4096",
        "{'prompt':'a','seed':1.5}|seed: found 1.5, expected a whole number from -9223372036854775808",
        "{'prompt':'a','beam':17}|beam: found 17, expected a whole number from 1 to 16",
        "{'prompt':'a','beam':2,'top_p':0.5}|top_p has no effect on beam search; leave it out, or leave out beam",
        "{'prompt':'a','length_penalty':2}|length_penalty is for beam search; leave it out, or give beam",
        "{'prompt':'a','temperature':-1}|temperature must be above 0 and finite, found -1.0",
        "{'prompt':'a','top_p':0}|top-p must be above 0 and at most 1, found 0.0",
        "{'prompt':'a','stop':['']}|stop: found a list of 1, expected a list of at most 16 texts, none of them empty",
        "{'prompt':'a','greedy':1}|greedy: found 1, expected true or false",
        "{'prompt':'a','early_stopping':'soon','beam':2}|early_stopping: found \"soon\", expected one of true, false",
        "{'prompt':'a','ids_':3}|ids_: is no field of this request",
        "{'prompt':'aaaaaaaaaaaaaaaaaaaaaaaaaaa','slide':false}|slide: found false with a text of 27 tokens",
        "{'prompt':'Z'}|prompt: ",
        "{'prompt':'a','model':'x'}|model: found x, expected one of characters, pieces"})
    void whatIsWrongIsNamedWithWhatIsAllowed(String body, String message) throws Exception {
        HttpResponse<String> answer = client.send(request("api/play/write", body.replace('\'', '"')),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isBetween(400, 404);
        assertThat(Json.MAPPER.readTree(answer.body()).at("/error/message").asText()).startsWith(message)
                .doesNotContain("\n");
    }

    /** A text that nobody reads gives its place to the next. */
    @Test
    void aTextEndsWhenItsReaderGoes() throws Exception {
        Tokenizer tokenizer = CharTokenizer.fromText("abcdefgh\n");
        Path slow = PlayModels.save(directory.resolve("slow"), tokenizer, 4, 192, 256);
        try (PlayModels served = PlayModels.serve(Map.of("slow", slow))) {
            HttpRequest asked = HttpRequest.newBuilder(URI.create(served.address() + "api/play/write"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"a\",\"tokens\":4096}")).build();
            List<InputStream> texts = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                texts.add(client.send(asked, HttpResponse.BodyHandlers.ofInputStream()).body());
            }
            HttpResponse<String> refused = client.send(asked, HttpResponse.BodyHandlers.ofString());
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("16 texts are being written already");
            for (InputStream text : texts) {
                text.close();
            }
            long began = System.nanoTime();
            int status = 503;
            while (status == 503 && System.nanoTime() - began < 5e9) {
                HttpResponse<InputStream> next = client.send(asked, HttpResponse.BodyHandlers.ofInputStream());
                status = next.statusCode();
                next.body().close();
                Thread.sleep(50);
            }
            assertThat(status).isEqualTo(200);
        }
    }

    @Test
    void insideAnswersForTheLastTokensThatTheModelSees() throws Exception {
        int[] ids = IntStream.range(0, 40).map(i -> i % 9).toArray();
        JsonNode answer = post("api/inside/attention", Map.of("ids", ids));
        assertThat(answer.get("from").asInt()).isEqualTo(40 - PlayModels.BLOCK);
        assertThat(answer.at("/data/tokens")).extracting(token -> token.get("id").asInt())
                .isEqualTo(Arrays.stream(ids).skip(40 - PlayModels.BLOCK).boxed().toList());
        assertThat(answer.at("/data/lens")).hasSize(3);
        JsonNode near = get("api/inside/neighbours?id=4&top=3");
        Neighbours.Neighbour nearest = Neighbours.of(trained("characters").model().tokenTable(), 4, 1).get(0);
        assertThat(near.at("/neighbours/0/id").asInt()).isEqualTo(nearest.id());
        assertThat(near.at("/neighbours/0/cosine").asDouble()).isEqualTo(nearest.cosine());
        assertThat(get("api/inside/map").get("x")).hasSize(trained("characters").model().vocabSize());
        assertThat(get("api/inside/summary").get("parameter_count").asLong())
                .isEqualTo(trained("characters").model().parameterCount());
        assertThat(get("api/inside/neighbours?id=9999").at("/error/message").asText())
                .isEqualTo("id: found \"9999\", expected a whole number from 0 to 37");
    }

    private static List<List<Integer>> plus(List<List<Integer>> before, JsonNode branches) {
        List<List<Integer>> texts = new ArrayList<>();
        branches.forEach(branch -> {
            List<Integer> text = new ArrayList<>(before.get(branch.get("parent").asInt()));
            text.add(branch.get("id").asInt());
            texts.add(text);
        });
        return texts;
    }

    private List<Integer> promptIds(String prompt) throws Exception {
        List<Integer> ids = new ArrayList<>();
        post("api/play/tokens", Map.of("prompt", prompt)).get("tokens").forEach(t -> ids.add(t.get("id").asInt()));
        return ids;
    }

    private static List<Integer> ids(List<JsonNode> events) {
        return events.stream().filter(event -> event.get("event").asText().equals("token"))
                .map(event -> event.get("id").asInt()).toList();
    }

    private TrainedModel trained(String model) {
        return TrainedModel.open(directory.resolve(model));
    }

    private List<JsonNode> write(Map<String, Object> body) throws Exception {
        HttpResponse<String> answer = client.send(request("api/play/write", Json.line(body)),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        List<JsonNode> events = new ArrayList<>();
        for (String line : answer.body().split("\n\n")) {
            events.add(Json.MAPPER.readTree(line.substring("data: ".length())));
        }
        return events;
    }

    private JsonNode post(String path, Map<String, Object> body) throws Exception {
        return Json.MAPPER.readTree(client.send(request(path, Json.line(body)), HttpResponse.BodyHandlers.ofString())
                .body());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(URI.create(models.address() + path)).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    private JsonNode get(String path) throws Exception {
        return Json.MAPPER.readTree(client.send(HttpRequest.newBuilder(URI.create(models.address() + path)).build(),
                HttpResponse.BodyHandlers.ofString()).body());
    }
}
