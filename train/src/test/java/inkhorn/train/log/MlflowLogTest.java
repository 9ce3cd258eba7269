package inkhorn.train.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import inkhorn.config.ConfigException;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.data.files.Json;
import inkhorn.train.Evaluation;
import inkhorn.train.RunRecord;
import inkhorn.train.TrainEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** MLflow's client against a server that speaks as much of MLflow's REST as a run needs, or does not answer. */
final class MlflowLogTest {

    private static final MlflowLog.Patience LONG = new MlflowLog.Patience(20_000, 50, 60_000, 60_000);
    private static final MlflowLog.Patience SHORT = new MlflowLog.Patience(400, 50, 1000, 1000);

    @TempDir
    private Path directory;
    private final ListAppender<ILoggingEvent> warnings = new ListAppender<>();
    private HttpServer server;
    private final CountDownLatch answering = new CountDownLatch(1);
    private volatile boolean hangs;
    private volatile int refused;

    /** What the server has. */
    private final ArrayNode metrics = Json.MAPPER.createArrayNode();
    private final ObjectNode params = Json.MAPPER.createObjectNode();
    private final ObjectNode tags = Json.MAPPER.createObjectNode();
    private final List<String> statuses = new ArrayList<>();
    private final List<String> runs = new ArrayList<>();
    private final List<String> experiments = new ArrayList<>();

    @BeforeEach
    void listen() throws IOException {
        warnings.start();
        ((Logger) LoggerFactory.getLogger(MlflowLog.class)).addAppender(warnings);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/api/2.0/mlflow/", this::answer);
        server.start();
    }

    @AfterEach
    void end() {
        answering.countDown();
        server.stop(0);
        ((Logger) LoggerFactory.getLogger(MlflowLog.class)).detachAppender(warnings);
    }

    @Test
    void theServerHearsOfConfigMetricsMachineAndEnd() throws IOException {
        RunConfig config = config(address());
        MlflowLog log = MlflowLog.open(config, List.of(), 0, true, LONG);
        log.began(session());
        train(log, 1, 3);
        log.close(Outcome.FINISHED);
        assertThat(experiments).containsExactly("letters");
        assertThat(runs).hasSize(1);
        assertThat(params.path("model.n_layer").asText()).isEqualTo("1");
        assertThat(params.path("optim.lr").asText()).isEqualTo(String.valueOf(config.optim().lr()));
        assertThat(points("loss/train")).containsExactly("1:4.0", "2:2.0", "3:" + 4.0 / 3);
        assertThat(points("loss/val")).containsExactly("2:1.0");
        assertThat(metrics.get(0).path("timestamp").asLong()).isGreaterThan(1_700_000_000_000L);
        assertThat(tags.path("mlflow.runName").asText()).isEqualTo("a-run");
        assertThat(tags.path("inkhorn.machine").asText()).isEqualTo(session().machine());
        assertThat(statuses).containsExactly("FINISHED");
        assertThat(warnings.list).isEmpty();
    }

    @Test
    void aResumeContinuesTheRunOnTheServer() throws IOException {
        MlflowLog first = MlflowLog.open(config(address()), List.of(), 0, true, LONG);
        first.began(session());
        train(first, 1, 5);
        first.close(Outcome.STOPPED);
        RunConfig changed = config(address(), Map.of("optim.lr", "0.5"));
        MlflowLog second = MlflowLog.open(changed, records(1, 5), 5, false, LONG);
        second.began(session());
        train(second, 6, 7);
        second.close(Outcome.FAILED);
        assertThat(runs).hasSize(1);
        assertThat(points("grad_norm").stream().map(point -> point.split(":")[0])).containsExactly("1", "2", "3", "4",
                "5", "6", "7");
        assertThat(params.path("optim.lr").asText()).as("cannot change there").isNotEqualTo("0.5");
        assertThat(tags.path("resumed.optim.lr").asText()).isEqualTo("0.5");
        assertThat(statuses).containsExactly("KILLED", "RUNNING", "FAILED");
    }

    @Test
    void aServerThatComesBackIsSentWhatItMissed() throws IOException, InterruptedException {
        refused = 3;
        MlflowLog log = MlflowLog.open(config(address()), List.of(), 0, true, LONG);
        log.began(session());
        train(log, 1, 4);
        for (int i = 0; i < 400 && points("lr").size() < 4; i++) {
            Thread.sleep(50);
        }
        log.close(Outcome.FINISHED);
        assertThat(points("lr")).hasSize(4);
        assertThat(statuses).containsExactly("FINISHED");
        assertThat(warnings.list).singleElement().asString().contains("MLflow at " + address() + " cannot be told");
    }

    @Test
    void aServerThatHangsCostsNoStepAnythingAndTheEndWaitsNotForLong() throws IOException {
        hangs = true;
        MlflowLog log = MlflowLog.open(config(address()), List.of(), 0, true, SHORT);
        log.began(session());
        long began = System.nanoTime();
        train(log, 1, 30_000);
        assertThat(System.nanoTime() - began).as("nanoseconds for 30,000 records").isLessThan(3_000_000_000L);
        long closing = System.nanoTime();
        log.close(Outcome.FINISHED);
        assertThat(System.nanoTime() - closing).isLessThan(4_000_000_000L);
        assertThat(warnings.list).singleElement().asString().contains("the training goes on");
    }

    @Test
    void withoutAServerTheEndComesAtOnce() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        MlflowLog log = MlflowLog.open(config("http://127.0.0.1:" + free), List.of(), 0, true,
                new MlflowLog.Patience(5000, 60_000, 60_000, 60_000));
        log.began(session());
        train(log, 1, 3);
        long closing = System.nanoTime();
        log.close(Outcome.FINISHED);
        assertThat(System.nanoTime() - closing).isLessThan(15_000_000_000L);
        assertThat(warnings.list).singleElement().asString().contains("cannot be told");
    }

    @Test
    void anAddressWithAPasswordOrOfAnotherKindIsRefused() {
        for (String address : List.of("http://me:secret@host:5000", "databricks", "file:/tmp/mlruns", "http://")) {
            assertThatThrownBy(() -> config(address)).isInstanceOf(ConfigException.class)
                    .hasMessageContaining("run.mlflow_uri: found").hasMessageContaining("http://127.0.0.1:5000");
        }
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private RunConfig config(String uri) throws IOException {
        return config(uri, Map.of());
    }

    private RunConfig config(String uri, Map<String, String> more) throws IOException {
        Path file = Files.writeString(directory.resolve("config.yaml"), """
                run: {name: a-run, out: '%s', mlflow_uri: '%s', mlflow_experiment: letters}
                model: {n_layer: 1}
                """.formatted(directory.resolve("run"), uri));
        Files.createDirectories(directory.resolve("run"));
        return ConfigLoader.load(file, more);
    }

    private static Session session() {
        return new Session(0, "2026-01-01T00:00:00Z", List.of("a.yaml"), "1", "17", "Linux", "CPU", "", 2, 0, 512,
                "vector", 256, 2);
    }

    private static void train(MlflowLog log, int first, int last) {
        records(first, last).forEach(log::append);
    }

    private static List<RunRecord> records(int first, int last) {
        List<RunRecord> records = new ArrayList<>();
        for (int step = first; step <= last; step++) {
            records.add(new TrainEvent.Stepped(step, 4.0 / step, 0.1, 1, 12.5, 61440, Double.NaN));
            if (step == 2) {
                records.add(new Evaluation.Losses(step, 0.5, 1, 2));
                records.add(new TrainEvent.Sampled(step, "O"));
            }
        }
        return records;
    }

    private synchronized List<String> points(String name) {
        List<String> points = new ArrayList<>();
        metrics.forEach(metric -> {
            if (metric.path("key").asText().equals(name)) {
                points.add(metric.path("step").asLong() + ":" + metric.path("value").asDouble());
            }
        });
        return points;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (hangs) {
                answering.await();
                return;
            }
            JsonNode request = Json.MAPPER.readTree(exchange.getRequestBody().readAllBytes());
            if (refused > 0) {
                refused--;
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            String path = exchange.getRequestURI().getPath().replace("/api/2.0/mlflow/", "");
            byte[] reply = reply(path, request);
            exchange.sendResponseHeaders(path.equals("experiments/get-by-name") && experiments.isEmpty() ? 404 : 200,
                    reply.length);
            exchange.getResponseBody().write(reply);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized byte[] reply(String path, JsonNode request) {
        ObjectNode reply = Json.MAPPER.createObjectNode();
        switch (path) {
            case "experiments/get-by-name" -> {
                if (experiments.isEmpty()) {
                    reply.put("error_code", "RESOURCE_DOES_NOT_EXIST").put("message", "no such experiment");
                } else {
                    reply.putObject("experiment").put("experiment_id", "7").put("name", experiments.get(0));
                }
            }
            case "experiments/create" -> {
                experiments.add(request.path("name").asText());
                reply.put("experiment_id", "7");
            }
            case "runs/create" -> {
                runs.add("run-" + request.path("experiment_id").asText());
                reply.putObject("run").putObject("info").put("run_id", "r1").put("experiment_id", "7");
            }
            case "runs/get" -> {
                ArrayNode known = reply.putObject("run").putObject("data").putArray("params");
                params.fields().forEachRemaining(param -> known.addObject().put("key", param.getKey())
                        .put("value", param.getValue().asText()));
            }
            case "runs/log-batch" -> {
                assertThat(request.path("params").size()).isLessThanOrEqualTo(100);
                assertThat(request.path("metrics").size()).isLessThanOrEqualTo(1000);
                request.path("metrics").forEach(metrics::add);
                request.path("params").forEach(param -> params.set(param.path("key").asText(), param.path("value")));
            }
            case "runs/set-tag" -> tags.set(request.path("key").asText(), request.path("value"));
            case "runs/update" -> statuses.add(request.path("status").asText());
            default -> throw new AssertionError(path);
        }
        return Json.bytes(reply);
    }
}
