package inkhorn.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import inkhorn.data.files.Json;
import inkhorn.serve.runs.RunFolders;
import inkhorn.serve.runs.RunsFeature;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server among requests that no decent client sends. {@code -Dinkhorn.fuzz.requests=10000} sends that many.
 */
@Timeout(1800)
final class RobustnessTest {

    private static final Logger LOG = LoggerFactory.getLogger(RobustnessTest.class);
    private static final int REQUESTS = Integer.getInteger("inkhorn.fuzz.requests", 250);
    private static final String SECRET = "the text of a file that is nobody's business";
    private static final int SLOW_CLIENTS = 200;
    private static final long HEAP_SLACK = 8 << 20;
    /** A selector for each thread that waits for a client. */
    private static final int DESCRIPTOR_SLACK = 3 * ServeOptions.Limits.DEFAULTS.concurrent();
    private static final long SETTLED_NANOS = 30_000_000_000L;

    @TempDir
    private Path directory;
    private WebServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(directory.resolve("secret.txt"), SECRET);
        Path runs = Files.createDirectories(directory.resolve("checkpoints"));
        Path run = Files.createDirectories(runs.resolve("small"));
        Files.writeString(run.resolve("config.yaml"), "run: {name: small}\n");
        Files.writeString(run.resolve("metrics.jsonl"), "{\"event\":\"train\",\"step\":1,\"loss\":3.5}\n");
        server = WebServer.start(new ServeOptions("127.0.0.1", 0, null, ServeOptions.Limits.DEFAULTS),
                List.of(new RunsFeature(new RunFolders(runs, List.of()))));
        port = URI.create(server.address()).getPort();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void malformedRequestsGetTheirCodeAndNothingElseChanges() throws Exception {
        HostileRequests requests = new HostileRequests(7, port);
        send(requests, 0, Math.min(100, REQUESTS), new TreeMap<>());    // what is loaded and compiled once
        requireAnswers();
        long heap = liveHeap();
        long descriptors = descriptors();
        Map<String, Map<Integer, Integer>> answers = new TreeMap<>();
        send(requests, 0, REQUESTS, answers);
        requireAnswers();
        // A stream whose client has gone is noticed at its next ping.
        for (long end = System.nanoTime() + SETTLED_NANOS;
                descriptors() >= descriptors + DESCRIPTOR_SLACK && System.nanoTime() < end;) {
            Thread.sleep(100);
        }
        assertThat(descriptors()).as("open descriptors").isLessThan(descriptors + DESCRIPTOR_SLACK);
        assertThat(liveHeap()).as("live heap").isLessThan(heap + HEAP_SLACK);
        answers.forEach((kind, codes) -> LOG.info("{}: {}", kind, codes));
        LOG.info("{} requests; live heap {} KiB before, {} KiB after", REQUESTS, heap >> 10, liveHeap() >> 10);
    }

    @Test
    void clientsThatSendTheirHeadersByTheByteHoldNobodyUp() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < SLOW_CLIENTS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                slow.add(socket);
                socket.getOutputStream().write("GET / HTTP/1.1\r\nX".getBytes(StandardCharsets.US_ASCII));
            }
            requireAnswers();
            if (REQUESTS >= 10_000) {       // a quarter of a minute is too long for every build
                slow.get(0).setSoTimeout(60_000);
                assertThat(slow.get(0).getInputStream().readAllBytes()).as("closed by the server").isNotNull();
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private void send(HostileRequests requests, int from, int to, Map<String, Map<Integer, Integer>> answers)
            throws IOException {
        for (int i = from; i < to; i++) {
            HostileRequests.Attack attack = requests.next(i);
            String answer = HostileRequests.send(port, attack.bytes());
            String request = new String(attack.bytes(), 0, Math.min(300, attack.bytes().length),
                    StandardCharsets.ISO_8859_1);
            int status = HostileRequests.status(answer);
            answers.computeIfAbsent(attack.kind(), kind -> new TreeMap<>()).merge(status, 1, Integer::sum);
            assertThat(attack.proper()).as("%s: %s\n-> %s", attack.kind(), request, answer).contains(status);
            assertThat(answer).as(request).doesNotContain(SECRET, "root:x:", "\tat ", "Exception");
            int body = answer.indexOf("\r\n\r\n");
            assertThat(status >= 400 ? answer : "").as(request).doesNotContain(directory.toString());
            if (status >= 400 && answer.contains("application/json")) {
                assertThat(Json.MAPPER.readTree(answer.substring(body)).path("error").path("message").asText())
                        .as(request).isNotEmpty();
            }
        }
    }

    /** A decent client is answered at once. */
    private void requireAnswers() throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                URI.create(server.address() + "api/runs")).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"name\":\"small\"");
    }

    private static long liveHeap() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(50);
            least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    /** 0 where the system does not count them. */
    private static long descriptors() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof UnixOperatingSystemMXBean unix ? unix.getOpenFileDescriptorCount() : 0;
    }
}
