package inkhorn.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.autograd.Rng;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import inkhorn.serve.ServeOptions;
import inkhorn.serve.WebServer;
import inkhorn.serve.model.ServedModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A server with the API over one small model, and a client for it. */
public final class ApiServer implements AutoCloseable {
    private final ServedModels models;
    private final WebServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    /** @param directory where the model is saved; its name is the model's */
    public ApiServer(Path directory, Tokenizer tokenizer) throws IOException {
        new TrainedModel(model(tokenizer.vocabSize()), tokenizer).save(directory);
        models = new ServedModels(Map.of(directory.getFileName().toString(), directory));
        server = WebServer.start(new ServeOptions("127.0.0.1", 0, null, ServeOptions.Limits.DEFAULTS),
                List.of(new ApiFeature(models)));
    }

    /** Weights so large that the distribution is neither flat nor a point. */
    private static Gpt model(int tokens) {
        Gpt gpt = new Gpt(GptConfig.defaults().withVocabSize(tokens).withBlockSize(32).withNLayer(2).withNHead(2)
                .withNEmbd(16), new Rng(1));
        int stream = 0;
        for (Parameter p : gpt.namedParameters()) {
            Rng own = new Rng(2).stream(stream++);
            float[] data = p.tensor().data();
            for (int i = 0; i < data.length; i++) {
                data[i] += ((float) own.uniform(i) - 0.5f) * 0.8f;
            }
        }
        return gpt;
    }

    /** The address of a path. */
    URI at(String path) {
        return URI.create(server.address() + path);
    }

    HttpClient client() {
        return client;
    }

    HttpRequest post(String path, String body) {
        return HttpRequest.newBuilder(at(path)).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    /** The answer to a request that is to succeed. */
    public JsonNode ask(String path, String body) throws Exception {
        HttpResponse<String> response = client.send(post(path, body), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + ": " + response.body());
        }
        return Json.MAPPER.readTree(response.body());
    }

    /** The chunks of a stream, without the end mark, which must be there. */
    List<JsonNode> stream(String path, String body) throws Exception {
        List<String> lines = client.send(post(path, body), HttpResponse.BodyHandlers.ofString()).body().lines()
                .filter(line -> line.startsWith("data: ")).map(line -> line.substring("data: ".length())).toList();
        if (!lines.get(lines.size() - 1).equals("[DONE]")) {
            throw new AssertionError("no end mark: " + lines);
        }
        List<JsonNode> chunks = new ArrayList<>();
        for (String line : lines.subList(0, lines.size() - 1)) {
            chunks.add(Json.MAPPER.readTree(line));
        }
        return chunks;
    }

    @Override
    public void close() {
        server.close();
        models.close();
    }
}
