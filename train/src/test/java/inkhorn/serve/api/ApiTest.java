package inkhorn.serve.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.generate.LogitTransform;
import inkhorn.generate.Penalties;
import inkhorn.generate.Sampler;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.Warping;
import inkhorn.generate.WritingOptions;
import inkhorn.nn.Pass;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API over HTTP, against the same model in this program. */
final class ApiTest {

    private static final CharTokenizer TOKENIZER = CharTokenizer.fromText("\n :aeorstAUsyinmé");
    private static final String COMPLETIONS = "v1/completions";
    private static final String CHAT = "v1/chat/completions";

    @TempDir
    private static Path directory;
    private static ApiServer server;
    private static TrainedModel trained;

    @BeforeAll
    static void start() throws Exception {
        server = new ApiServer(directory.resolve("small"), TOKENIZER);
        trained = TrainedModel.open(directory.resolve("small"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String alone(String prompt, WritingOptions options) {
        StringBuilder text = new StringBuilder();
        trained.stream(prompt, options, text::append);
        return text.toString();
    }

    private static WritingOptions options(int tokens, long seed, String... stops) {
        return WritingOptions.DEFAULTS.withSampler(Sampler.drawing(Penalties.NONE, Warping.NONE)).withTokens(tokens)
                .withSeed(seed).withStops(stops);
    }

    @Test
    void modelsAreListedAndDescribed() throws Exception {
        HttpRequest list = HttpRequest.newBuilder(server.at("v1/models")).build();
        JsonNode answer = Json.MAPPER.readTree(server.client().send(list, HttpResponse.BodyHandlers.ofString()).body());
        assertThat(answer.path("object").asText()).isEqualTo("list");
        assertThat(answer.path("data")).hasSize(1);
        assertThat(answer.path("data").get(0).path("id").asText()).isEqualTo("small");
        HttpRequest one = HttpRequest.newBuilder(server.at("v1/models/small")).build();
        assertThat(Json.MAPPER.readTree(server.client().send(one, HttpResponse.BodyHandlers.ofString()).body()))
                .isEqualTo(answer.path("data").get(0));
    }

    @Test
    void aCompletionIsWhatTheModelWritesAloneBeyondItsContext() throws Exception {
        JsonNode answer = server.ask(COMPLETIONS, "{'model': 'small', 'prompt': 'aer', 'max_tokens': 90, 'seed': 7}"
                .replace('\'', '"'));
        JsonNode choice = answer.path("choices").get(0);
        assertThat(choice.path("text").asText()).isEqualTo(alone("aer", options(90, 7)));
        assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
        assertThat(choice.path("logprobs").isNull()).isTrue();
        assertThat(answer.path("usage").toString())
                .isEqualTo("{\"prompt_tokens\":3,\"completion_tokens\":90,\"total_tokens\":93}");
        assertThat(answer.path("id").asText()).startsWith("cmpl-");
        assertThat(answer.path("system_fingerprint").asText()).startsWith("fp_");
    }

    @Test
    void aStreamIsTheSameTextAndEndsWithReasonUsageAndMark() throws Exception {
        List<JsonNode> chunks = server.stream(COMPLETIONS, ("{'prompt': 'aer', 'max_tokens': 90, 'seed': 7,"
                + " 'stream': true, 'stream_options': {'include_usage': true}}").replace('\'', '"'));
        String text = chunks.stream().map(chunk -> chunk.path("choices").path(0).path("text").asText())
                .collect(Collectors.joining());
        assertThat(text).isEqualTo(alone("aer", options(90, 7)));
        JsonNode usage = chunks.get(chunks.size() - 1);
        assertThat(usage.path("choices")).isEmpty();
        assertThat(usage.path("usage").path("completion_tokens").asInt()).isEqualTo(90);
        assertThat(chunks.get(chunks.size() - 2).path("choices").get(0).path("finish_reason").asText())
                .isEqualTo("length");
        assertThat(chunks.get(0).path("usage").isNull()).isTrue();
        assertThat(chunks).extracting(chunk -> chunk.path("id").asText()).containsOnly(usage.path("id").asText());
    }

    /** Stop strings of several characters, which are several tokens each. */
    @Test
    void aTextEndsInFrontOfAStopStringAndKeepsNoLogProbabilitiesOfIt() throws Exception {
        String whole = alone("aer", options(200, 3));
        String stop = whole.substring(100, 103);
        String expected = whole.substring(0, whole.indexOf(stop));
        for (String form : List.of("'" + stop + "'", "['no such text', '" + stop + "']")) {
            String body = ("{'prompt': 'aer', 'max_tokens': 200, 'seed': 3, 'logprobs': 0, 'stop': " + form)
                    .replace('\'', '"').replace("\n", "\\n");
            JsonNode choice = server.ask(COMPLETIONS, body + "}").path("choices").get(0);
            assertThat(choice.path("text").asText()).isEqualTo(expected);
            assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
            assertThat(choice.path("logprobs").path("tokens")).hasSize(expected.length());
            List<JsonNode> chunks = server.stream(COMPLETIONS, body + ", \"stream\": true}");
            assertThat(chunks.stream().map(chunk -> chunk.path("choices").path(0).path("text").asText())
                    .collect(Collectors.joining())).isEqualTo(expected);
            assertThat(chunks.stream().mapToInt(chunk -> chunk.path("choices").path(0).path("logprobs").path("tokens")
                    .size()).sum()).isEqualTo(expected.length());
        }
    }

    @Test
    void logProbabilitiesAreASoftmaxOfTheModelsLogits() throws Exception {
        JsonNode answer = server.ask(COMPLETIONS, ("{'prompt': 'aer', 'max_tokens': 20, 'seed': 7, 'logprobs': 3,"
                + " 'echo': true, 'temperature': 0.5}").replace('\'', '"')).path("choices").get(0);
        String text = answer.path("text").asText();
        assertThat(text).startsWith("aer").hasSize(23);
        JsonNode found = answer.path("logprobs");
        double[][] expected = logSoftmax(TOKENIZER.encode(text));
        assertThat(found.path("token_logprobs").get(0).isNull()).isTrue();
        assertThat(found.path("top_logprobs").get(0).isNull()).isTrue();
        for (int i = 1; i < 23; i++) {
            int id = TOKENIZER.encode(text)[i];
            double[] row = expected[i - 1];
            assertThat(found.path("tokens").get(i).asText()).isEqualTo(text.substring(i, i + 1));
            assertThat(found.path("text_offset").get(i).asInt()).isEqualTo(i);
            assertThat(found.path("token_logprobs").get(i).asDouble()).isCloseTo(row[id], within(1e-9));
            JsonNode top = found.path("top_logprobs").get(i);
            double third = IntStream.range(0, row.length).mapToDouble(other -> row[other]).sorted().toArray()[
                    row.length - 3];
            assertThat(top.size()).isBetween(3, 4);
            top.fields().forEachRemaining(entry -> assertThat(entry.getValue().asDouble())
                    .isCloseTo(row[TOKENIZER.encode(entry.getKey())[0]], within(1e-9))
                    .isGreaterThanOrEqualTo(Math.min(third, row[id]) - 1e-9));
        }
    }

    private static double[][] logSoftmax(int[] ids) {
        try (NoGrad off = NoGrad.open()) {
            float[] logits = trained.model().logits(IntTensor.of(ids, 1, ids.length), Pass.evaluation()).data();
            double[][] rows = new double[ids.length][trained.model().vocabSize()];
            for (int i = 0; i < rows.length; i++) {
                double total = 0;
                for (int j = 0; j < rows[i].length; j++) {
                    rows[i][j] = logits[i * rows[i].length + j];
                    total += Math.exp(rows[i][j]);
                }
                for (int j = 0; j < rows[i].length; j++) {
                    rows[i][j] -= Math.log(total);
                }
            }
            return rows;
        }
    }

    @Test
    void severalTextsAndSeveralPromptsAreChoicesInOrder() throws Exception {
        JsonNode choices = server.ask(COMPLETIONS, "{'prompt': ['a', 'o'], 'n': 2, 'max_tokens': 30, 'seed': 7}"
                .replace('\'', '"')).path("choices");
        assertThat(texts(choices)).hasSize(4).doesNotHaveDuplicates();
        assertThat(texts(choices).get(0)).isEqualTo(alone("a", options(30, 7)));
        JsonNode asTokens = server.ask(COMPLETIONS, ("{'prompt': [[" + TOKENIZER.encode("a")[0] + "], ["
                + TOKENIZER.encode("o")[0] + "]], 'n': 2, 'max_tokens': 30, 'seed': 7}").replace('\'', '"'))
                .path("choices");
        assertThat(texts(asTokens)).isEqualTo(texts(choices));
    }

    private static List<String> texts(JsonNode choices) {
        return StreamSupport.stream(choices.spliterator(), false).map(choice -> choice.path("text").asText()).toList();
    }

    @Test
    void theBestOfSeveralTextsIsThatOfTheLargestMeanLogProbability() throws Exception {
        String common = "{'prompt': 'a', 'max_tokens': 12, 'seed': 7, 'logprobs': 0, ";
        JsonNode all = server.ask(COMPLETIONS, (common + "'n': 5}").replace('\'', '"')).path("choices");
        JsonNode best = server.ask(COMPLETIONS, (common + "'best_of': 5}").replace('\'', '"'));
        double most = StreamSupport.stream(all.spliterator(), false).mapToDouble(ApiTest::mean).max().orElseThrow();
        assertThat(mean(best.path("choices").get(0))).isCloseTo(most, within(1e-12));
        assertThat(best.path("choices")).hasSize(1);
        assertThat(best.path("usage").path("completion_tokens").asInt()).isEqualTo(60);
    }

    private static double mean(JsonNode choice) {
        return StreamSupport.stream(choice.path("logprobs").path("token_logprobs").spliterator(), false)
                .mapToDouble(JsonNode::asDouble).average().orElseThrow();
    }

    @Test
    void penaltiesBiasAndFiltersAreTheSamplers() throws Exception {
        int banned = TOKENIZER.encode("e")[0];
        JsonNode answer = server.ask(COMPLETIONS, ("{'prompt': 'aer', 'max_tokens': 60, 'seed': 7, 'top_k': 9,"
                + " 'top_p': 0.9, 'min_p': 0.01, 'temperature': 1.5, 'presence_penalty': 0.3,"
                + " 'frequency_penalty': 0.2, 'repetition_penalty': 1.1, 'logit_bias': {'" + banned + "': -100}}")
                .replace('\'', '"'));
        LogitTransform transform = (scores, text) -> {
            scores[banned] -= 100;
            LogitTransform.repetitionPenalty(1.1).apply(scores, text);
            LogitTransform.presencePenalty(0.3).apply(scores, text);
            for (int id : text.continuation()) {
                scores[id] -= 0.2;
            }
            new Warping(1.5, 9, 0.9, 0.01, 1).transform().apply(scores, text);
        };
        String text = texts(answer.path("choices")).get(0);
        assertThat(text).isEqualTo(alone("aer", options(60, 7).withSampler(Sampler.drawing(transform))))
                .doesNotContain("e");
    }

    @Test
    void aChatIsTheTemplatesTextAndItsAnswerEndsBeforeTheUsersNextTurn() throws Exception {
        String body = ("{'messages': [{'role': 'user', 'content': 'is it so'}], 'max_completion_tokens': 40,"
                + " 'seed': 5, 'logprobs': true, 'top_logprobs': 2").replace('\'', '"');
        String prompt = "User:\nis it so\n\nAssistant:\n";
        String expected = alone(prompt, options(40, 5, "\n\nUser:"));
        JsonNode answer = server.ask(CHAT, body + "}");
        JsonNode choice = answer.path("choices").get(0);
        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
        assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
        assertThat(choice.path("message").path("content").asText()).isEqualTo(expected);
        JsonNode scores = choice.path("logprobs").path("content");
        assertThat(scores).hasSize(expected.length());
        assertThat(scores.get(0).path("token").asText()).isEqualTo(expected.substring(0, 1));
        assertThat(scores.get(0).path("top_logprobs")).hasSize(2);
        List<JsonNode> chunks = server.stream(CHAT, body + ", \"stream\": true}");
        assertThat(chunks.get(0).path("choices").get(0).path("delta").path("role").asText()).isEqualTo("assistant");
        assertThat(chunks.stream().map(chunk -> chunk.path("choices").get(0).path("delta").path("content").asText())
                .collect(Collectors.joining())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "v1/completions | {'model': 'large'} | 404 | model_not_found | model: found large, expected one of small",
        "v1/completions | {'model': 7} | 400 | invalid_value | model: expected a text, the name of a model",
        "v1/completions | {'promt': 'a'} | 400 | invalid_value | Unrecognized request argument supplied: promt",
        "v1/completions | {'prompt': 'q'} | 400 | invalid_value | prompt: ",
        "v1/completions | {'prompt': [1, 99]} | 400 | invalid_value | prompt: found 99, expected a token from 0 to ",
        "v1/completions | {'prompt': []} | 400 | invalid_value | prompt: expected a text, a list",
        "v1/completions | {'prompt': {}} | 400 | invalid_value | prompt: expected a text, a list",
        "v1/completions | {'prompt': [true]} | 400 | invalid_value | prompt: expected texts alone",
        "v1/completions | {'suffix': 'a'} | 400 | invalid_value | suffix: is not supported by this server",
        "v1/completions | {'temperature': 3} | 400 | invalid_value | temperature: found 3.0, expected a number",
        "v1/completions | {'temperature': 'hot'} | 400 | invalid_value | temperature: found \"hot\"",
        "v1/completions | {'top_p': 0} | 400 | invalid_value | top_p: found 0, expected a number above 0",
        "v1/completions | {'max_tokens': -1} | 400 | invalid_value | max_tokens: found -1, expected a whole number",
        "v1/completions | {'max_tokens': 99999} | 400 | invalid_value | max_tokens: found 99999",
        "v1/completions | {'n': 0} | 400 | invalid_value | n: found 0",
        "v1/completions | {'n': 3, 'best_of': 2} | 400 | invalid_value | best_of: found 2",
        "v1/completions | {'best_of': 2, 'stream': true} | 400 | invalid_value | best_of: found 2 with stream",
        "v1/completions | {'stop': ['']} | 400 | invalid_value | stop: found",
        "v1/completions | {'logprobs': 21} | 400 | invalid_value | logprobs: found 21",
        "v1/completions | {'logit_bias': {'99': 1}} | 400 | invalid_value | logit_bias: found 99: 1",
        "v1/completions | {'user': 7} | 400 | invalid_value | user: expected a text",
        "v1/completions | {'stream_options': {}} | 400 | invalid_value | stream_options: is allowed with stream alone",
        "v1/completions | [] | 400 | invalid_value | the body is not a JSON object",
        "v1/chat/completions | {} | 400 | invalid_value | messages: expected a list of at least one message",
        "v1/chat/completions | {'messages': [{'role': 'tool', 'content': 'a'}]} | 400 | invalid_value | messages[0].r",
        "v1/chat/completions | {'messages': [{'role': 'user'}]} | 400 | invalid_value | messages[0].content",
        "v1/chat/completions | {'tools': []} | 400 | invalid_value | tools: is not supported by this server",
        "v1/chat/completions | {'response_format': {'type': 'json_object'}} | 400 | invalid_value | response_format",
        "v1/chat/completions | {'messages': [{'role': 'user', 'content': 'a'}], 'top_logprobs': 1} | 400 | invalid_value |"
            + " top_logprobs: needs logprobs",
    })
    void whatIsWrongIsNamed(String path, String body, int status, String code, String message) throws Exception {
        HttpResponse<String> response = server.client().send(server.post(path, body.replace('\'', '"')),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode error = Json.MAPPER.readTree(response.body()).path("error");
        assertThat(error.path("code").asText()).isEqualTo(code);
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("message").asText()).startsWith(message).doesNotContain("\n");
    }

    /** 64 texts grow, 64 wait; what comes then is told when to come again. The places are free when clients go. */
    @Test
    void aFullQueueIsToldAndClientsThatGoLeaveTheirPlaces() throws Exception {
        String longest = "{'prompt': 'a', 'max_tokens': 16000, 'n': 64".replace('\'', '"');
        HttpResponse<InputStream> streamed = server.client().send(
                server.post(COMPLETIONS, longest + ", \"stream\": true}"), HttpResponse.BodyHandlers.ofInputStream());
        streamed.body().read();
        Socket waiting = new Socket("127.0.0.1", server.at("").getPort());
        byte[] body = (longest + "}").getBytes(StandardCharsets.UTF_8);
        waiting.getOutputStream().write(("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type:"
                + " application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        waiting.getOutputStream().write(body);
        waiting.getOutputStream().flush();
        // 65 texts never find a place while 64 are written, so these requests cannot come before the one that waits.
        HttpResponse<String> refused = askUntil(65, "64 texts are being written and 64 wait; at most 64 and 64 can");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        waiting.close();
        streamed.body().close();
        assertThat(askUntil(1, "\"finish_reason\":\"length\"").statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> askUntil(int texts, String expected) throws Exception {
        HttpResponse<String> response = null;
        for (int i = 0; i < 100; i++) {
            response = server.client().sendAsync(server.post(COMPLETIONS, Json.line(Map.of("prompt", "a", "max_tokens",
                    1, "n", texts))), HttpResponse.BodyHandlers.ofString()).get(10, TimeUnit.SECONDS);
            if (response.body().contains(expected)) {
                return response;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("never " + expected + ", but " + response.body());
    }

    @Test
    void manyClientsAtOnceGetEachItsOwnText() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(server.client().sendAsync(server.post(COMPLETIONS, Json.line(Map.of("prompt",
                    "aeors".substring(i % 5), "max_tokens", 20 + i, "seed", i))),
                    HttpResponse.BodyHandlers.ofString()));
        }
        for (int i = 0; i < 40; i++) {
            JsonNode answer = Json.MAPPER.readTree(answers.get(i).get().body());
            assertThat(texts(answer.path("choices"))).containsExactly(alone("aeors".substring(i % 5),
                    options(20 + i, i)));
        }
    }
}
