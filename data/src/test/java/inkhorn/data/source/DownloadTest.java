package inkhorn.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import inkhorn.data.ByteProgress;
import inkhorn.data.Fixtures;
import inkhorn.data.files.Hashes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class DownloadTest {
    private static final byte[] PUBLISHED = "ROMEO:\nO speak again, bright angel.\n".repeat(5_000)
            .getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private HttpHandler answer;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer.handle(exchange));
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        testIsOver.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void publishedFileIsKeptAndNotFetchedTwice() throws Exception {
        answer = exchange -> send(exchange, 200, PUBLISHED, PUBLISHED.length);
        Corpus first = resolve();
        answer = exchange -> send(exchange, 500, new byte[0], 0);
        Corpus second = resolve();

        assertThat(Files.readAllBytes(ownFile())).isEqualTo(PUBLISHED);
        assertThat(ownFile().getParent().toFile().list()).containsExactly("input.txt");
        assertThat(Fixtures.text(first)).isEqualTo(Fixtures.text(second))
                .isEqualTo(new String(PUBLISHED, StandardCharsets.UTF_8));
        assertThat(first.warnings()).isEmpty();
        assertThat(second.warnings()).isEmpty();
    }

    @Test
    void progressRisesToTheWholeSize() {
        answer = exchange -> {
            exchange.sendResponseHeaders(200, PUBLISHED.length);
            for (int i = 0; i < 4; i++) {
                exchange.getResponseBody().write(PUBLISHED, i * PUBLISHED.length / 4, PUBLISHED.length / 4);
                exchange.getResponseBody().flush();
                pause(80);
            }
            exchange.close();
        };
        List<Long> seen = new ArrayList<>();
        dataSets(address(), Duration.ofSeconds(5)).resolve("tiny-shakespeare", null, (done, total) -> {
            assertThat(total).isEqualTo(PUBLISHED.length);
            seen.add(done);
        });
        assertThat(seen).isSorted().hasSizeGreaterThan(2).endsWith((long) PUBLISHED.length);
    }

    @Test
    void redirectIsFollowed() {
        answer = exchange -> {
            if (exchange.getRequestURI().getPath().equals("/input.txt")) {
                exchange.getResponseHeaders().add("Location", "/moved.txt");
                send(exchange, 302, new byte[0], -1);
            } else {
                send(exchange, 200, PUBLISHED, PUBLISHED.length);
            }
        };
        assertThat(resolve().warnings()).isEmpty();
    }

    @Test
    void changedFileLeavesNothing() {
        byte[] changed = PUBLISHED.clone();
        changed[1_000] ^= 1;
        answer = exchange -> send(exchange, 200, changed, changed.length);
        assertBuiltInBecause("SHA-256 is " + Hashes.sha256(changed) + ", expected " + Hashes.sha256(PUBLISHED));
    }

    @Test
    void connectionCutHalfWayLeavesNothing() {
        answer = exchange -> send(exchange, 200, PUBLISHED, PUBLISHED.length * 2L);
        Corpus corpus = dataSets(new Download(address(), PUBLISHED.length * 2L, "0".repeat(64), Duration.ofSeconds(3),
                Duration.ofSeconds(3)))
                .resolve("tiny-shakespeare", null, ByteProgress.NONE);
        // How much of it the client hands on before it notices the cut is its own affair.
        assertThat(corpus.warnings()).singleElement().asString()
                .containsPattern("failed \\(ended after \\d+ of " + PUBLISHED.length * 2
                + " bytes\\); put the file at ");
        assertThat(directory.resolve("sets")).doesNotExist();
    }

    @Test
    void shorterFileLeavesNothing() {
        answer = exchange -> send(exchange, 200, new byte[] {'a'}, 1);
        assertBuiltInBecause("ended after 1 of " + PUBLISHED.length + " bytes");
    }

    @Test
    void endlessFileIsCutOff() {
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            while (testIsOver.getCount() > 0) {
                exchange.getResponseBody().write(PUBLISHED);
            }
        };
        assertBuiltInBecause("more than the " + PUBLISHED.length + " bytes expected");
    }

    @Test
    void missingPageIsSaid() {
        answer = exchange -> send(exchange, 404, PUBLISHED, PUBLISHED.length);
        assertBuiltInBecause("HTTP status 404");
    }

    @Test
    void silentServerIsGivenUp() {
        answer = exchange -> pause(20_000);
        assertBuiltIn(resolve(dataSets(address(), Duration.ofMillis(300))), "nothing received for 3300 ms after 0 of "
                + PUBLISHED.length + " bytes");
    }

    @Test
    void whoeverWaitsForASilentServerCanStop() {
        answer = exchange -> pause(20_000);
        ByteProgress stop = new ByteProgress() {
            @Override
            public void bytes(long done, long total) {
            }

            @Override
            public void working() {
                throw new IllegalStateException("stop");
            }
        };
        assertThatThrownBy(() -> dataSets(address(), Duration.ofSeconds(60)).resolve("tiny-shakespeare", null, stop))
                .hasMessage("stop");
        assertThat(directory.resolve("sets")).doesNotExist();
    }

    @Test
    void serverThatStallsHalfWayIsGivenUp() {
        answer = exchange -> {
            exchange.sendResponseHeaders(200, PUBLISHED.length);
            exchange.getResponseBody().write(PUBLISHED, 0, 100);
            exchange.getResponseBody().flush();
            pause(20_000);
        };
        assertBuiltIn(resolve(dataSets(address(), Duration.ofMillis(300))), "nothing received for 300 ms after 100 of "
                + PUBLISHED.length + " bytes");
    }

    @Test
    void closedPortIsNoConnection() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + port + "/input.txt");
        assertBuiltIn(resolve(dataSets(nobody, Duration.ofSeconds(3))), "no connection");
    }

    @Test
    void downloadThatCannotBeKeptIsUsedAllTheSame() throws Exception {
        Files.writeString(directory.resolve("sets"), "a file where the directory should be");
        answer = exchange -> send(exchange, 200, PUBLISHED, PUBLISHED.length);
        Corpus corpus = resolve();
        assertThat(Fixtures.text(corpus)).isEqualTo(new String(PUBLISHED, StandardCharsets.UTF_8));
        assertThat(corpus.warnings())
                .containsExactly(ownFile()
                + ": the download cannot be kept (a file already exists where a directory is needed), "
                + "so the next run downloads it again; make the directory writable");
    }

    @Test
    void failureIsAnExceptionForWhoeverFetchesTheFileItself() {
        answer = exchange -> send(exchange, 404, new byte[0], -1);
        Download download = new Download(address(), 1, "", Duration.ofSeconds(3), Duration.ofSeconds(3));
        assertThatThrownBy(() -> download.fetch(ByteProgress.NONE)).isInstanceOf(Download.FailedException.class)
                .hasMessage("HTTP status 404");
    }

    private void assertBuiltInBecause(String reason) {
        assertBuiltIn(resolve(), reason);
    }

    private void assertBuiltIn(Corpus corpus, String reason) {
        assertThat(corpus.source()).isEqualTo("Hamlet, Macbeth, Romeo and Juliet (built into the jar)");
        assertThat(corpus.warnings()).singleElement().asString().contains(" failed (" + reason + "); put the file at "
                + ownFile());
        assertThat(directory.resolve("sets")).doesNotExist();
    }

    private Corpus resolve() {
        return resolve(dataSets(address(), Duration.ofSeconds(5)));
    }

    private static Corpus resolve(DataSets dataSets) {
        return dataSets.resolve("tiny-shakespeare", null, ByteProgress.NONE);
    }

    private DataSets dataSets(URI address, Duration idleTimeout) {
        return dataSets(new Download(address, PUBLISHED.length, Hashes.sha256(PUBLISHED), Duration.ofSeconds(3),
                idleTimeout));
    }

    private DataSets dataSets(Download download) {
        return new DataSets(directory.resolve("sets"), download);
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/input.txt");
    }

    private Path ownFile() {
        return directory.resolve("sets").resolve("tiny-shakespeare").resolve("input.txt");
    }

    private static void send(HttpExchange exchange, int status, byte[] body, long announced) throws IOException {
        exchange.sendResponseHeaders(status, announced);
        try (exchange) {
            if (announced > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private void pause(long millis) {
        try {
            testIsOver.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
