package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.launch.Shutdown;
import inkhorn.data.files.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server from the command line: as a command of its own, and beside a training. */
@Timeout(120)
final class ServeCommandTest {

    private static final int SIGTERM = 15;
    private static final Pattern ADDRESS = Pattern.compile("serving  (http://[^/]+)/");

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private Shutdown shutdown;
    private Program program;
    private Path text;

    @BeforeEach
    void writeConfigAndText() throws IOException {
        program = program();
        text = Files.writeString(directory.resolve("text.txt"),
                "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8, dropout: 0.1}
                train: {max_iters: 60, batch_size: 2, eval_interval: 20, eval_iters: 2, log_interval: 1,
                        checkpoint_interval: 30, sample_chars: 5}
                optim: {warmup_iters: 2, lr_decay_iters: 6}
                """);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    private Program program() {
        shutdown = new Shutdown(code -> { });
        Shutdown signals = shutdown;
        Program made = new Program(directory.resolve("sets"));
        made.signals = () -> signals;
        return made;
    }

    private String[] training(String name, String... more) {
        return Stream.concat(Stream.of(directory.resolve("small.yaml").toString(), "--data.path=" + text,
                "--run.out=" + directory.resolve(name), "--no-probe", "--kernels=scalar"), Stream.of(more))
                .toArray(String[]::new);
    }

    @Test
    void aTrainingThatIsWatchedHasTheBitsOfOneThatIsNot() throws Exception {
        assertThat(program.run(training("alone"))).as(program.err()).isZero();
        program = program();
        CompletableFuture<Integer> exit = start(training("watched", "--serve=0"));
        List<String> events = events(address(exit), "watched").toList();
        assertThat(exit.get(1, TimeUnit.MINUTES)).as(program.err()).isZero();
        for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
            assertThat(directory.resolve("watched/latest").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("alone/latest").resolve(file));
        }
        List<Integer> steps = events.stream().filter(line -> line.startsWith("data: [")).flatMap(this::records)
                .filter(record -> record.path("event").asText().equals("train")).map(r -> r.path("step").asInt())
                .toList();
        assertThat(steps).isSorted().doesNotHaveDuplicates().contains(1, 30, 60).hasSize(60);
        assertThat(events).anyMatch(line -> line.equals("event: now"))
                .anyMatch(line -> line.contains("\"state\":\"finished\""));
    }

    @Test
    void thePagesButtonStopsItWithACheckpoint() throws Exception {
        CompletableFuture<Integer> exit = start(training("run", "--serve=0", "--train.max_iters=100000000"));
        String address = address(exit);
        awaitRun(address, "run");
        while (Files.size(directory.resolve("run/metrics.jsonl")) == 0) {
            Thread.sleep(5);
        }
        assertThat(post(address, "/api/run/stop", "{\"run\": \"run\"}").statusCode()).isEqualTo(202);
        assertThat(exit.get(1, TimeUnit.MINUTES)).isEqualTo(143);
        assertThat(program.out()).contains("stopped at step ", "; go on with: ");
        assertThat(directory.resolve("run/latest/model.safetensors")).isRegularFile();
    }

    @Test
    void besideATrainingWhoeverAsksForAModelIsToldWhereToGo() throws Exception {
        CompletableFuture<Integer> exit = start(training("run", "--serve=0", "--train.max_iters=100000000"));
        String address = address(exit);
        for (HttpResponse<String> answer : List.of(
                post(address, "/v1/completions", "{\"model\": \"run\", \"prompt\": \"t\"}"),
                post(address, "/v1/chat/completions",
                        "{\"model\": \"run\", \"messages\": [{\"role\": \"user\", \"content\": \"t\"}]}"))) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(Json.MAPPER.readTree(answer.body()).at("/error/message").asText())
                    .contains("beside a training", "java -jar train.jar serve " + directory.resolve("run"));
        }
        shutdown.request(SIGTERM);
        assertThat(exit.get(1, TimeUnit.MINUTES)).isEqualTo(143);
    }

    @Test
    void servesTheRunsThatAreNamedUntilASignalEndsIt() throws Exception {
        assertThat(program.run(training("run", "--train.max_iters=2"))).as(program.err()).isZero();
        program = program();
        String run = directory.resolve("run").toString();
        CompletableFuture<Integer> exit = start("serve", run, run + "/best", "--port=0", "--kernels=scalar");
        String address = address(exit);
        assertThat(program.out()).startsWith("models   run, run/best\n");
        assertThat(get(address, "/api/runs").body()).contains("\"name\":\"run\"", "\"state\":\"finished\"");
        HttpResponse<String> stop = post(address, "/api/run/stop", "{\"run\": \"run\"}");
        assertThat(stop.statusCode()).isEqualTo(409);
        assertThat(stop.body()).contains("run is not being trained");
        shutdown.request(SIGTERM);
        assertThat(exit.get(1, TimeUnit.MINUTES)).isEqualTo(143);
    }

    @Test
    void aPortThatIsTakenIsOneLineAndNothingIsTrained() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String[] args : List.of(training("run", "--serve=" + taken.getLocalPort()),
                    new String[] {"serve", "--port=" + taken.getLocalPort()})) {
                program = program();
                assertThat(program.run(args)).isEqualTo(2);
                assertThat(program.err()).startsWith("error: ").contains("127.0.0.1:" + taken.getLocalPort()
                        + " cannot be listened at").hasLineCount(1);
            }
        }
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void whatHoldsNoModelIsRefusedInOneLine() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        for (Path path : List.of(empty, directory.resolve("nowhere"))) {
            program = program();
            assertThat(program.run("serve", path.toString(), "--port=0")).isEqualTo(2);
            assertThat(program.err()).startsWith("error: " + path).hasLineCount(1);
        }
    }

    private CompletableFuture<Integer> start(String... args) {
        Program started = program;
        return CompletableFuture.supplyAsync(() -> started.run(args));
    }

    private String address(CompletableFuture<Integer> exit) throws InterruptedException {
        while (true) {
            Matcher found = ADDRESS.matcher(program.out());
            if (found.find()) {
                return found.group(1);
            }
            assertThat(exit).as(() -> program.err()).isNotDone();
            Thread.sleep(5);
        }
    }

    private void awaitRun(String address, String run) throws Exception {
        while (!get(address, "/api/runs").body().contains("\"name\":\"" + run + "\"")) {
            Thread.sleep(5);
        }
    }

    /** The lines of the run's event stream up to its end. */
    private Stream<String> events(String address, String run) throws Exception {
        awaitRun(address, run);
        var response = client.send(HttpRequest.newBuilder(URI.create(address + "/api/run/events?run=" + run)).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader in = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            return in.lines().collect(Collectors.toList()).stream();
        }
    }

    private Stream<JsonNode> records(String line) {
        try {
            JsonNode array = Json.MAPPER.readTree(line.substring("data: ".length()));
            return Stream.iterate(0, i -> i < array.size(), i -> i + 1).map(array::get);
        } catch (IOException e) {
            throw new IllegalStateException(line, e);
        }
    }

    private HttpResponse<String> get(String address, String path) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(address + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String address, String path, String body) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(address + path))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
