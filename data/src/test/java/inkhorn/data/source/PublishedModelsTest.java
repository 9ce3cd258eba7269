package inkhorn.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that answers as huggingface.co does, and as it should not. */
@Timeout(30)
class PublishedModelsTest {
    private static final byte[] WEIGHTS = new byte[300_000];
    private static final byte[] TEXT = "{\"model_type\": \"gpt2\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path root;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    /** The ranges that were asked of the weights; {@code all} for none. */
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Path directory;
    private String sha256 = Hashes.sha256(WEIGHTS);
    private int endsAfter = Integer.MAX_VALUE;
    private boolean knowsRanges = true;
    private String missing = "";

    static {
        new Random(1).nextBytes(WEIGHTS);
    }

    @BeforeEach
    void start() throws IOException {
        sha256 = Hashes.sha256(WEIGHTS);
        directory = root.resolve("models").resolve("gpt2");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/openai-community/gpt2/resolve/main/", this::resolve);
        server.createContext("/cache/", exchange -> send(exchange, TEXT, 0));
        server.createContext("/storage/", this::store);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void allFilesArriveAndNothingElseIsLeft() throws IOException {
        assertThat(download()).isEqualTo(WEIGHTS.length + 2L * TEXT.length);
        assertThat(directory.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(directory.resolve("config.json")).hasBinaryContent(TEXT);
        assertThat(files()).containsExactly("config.json", "model.safetensors", "tokenizer.json");
    }

    @Test
    void aDownloadThatBrokeOffIsContinuedFromTheByteWhereItEnded() throws IOException {
        endsAfter = 100_000;
        assertThatThrownBy(this::download).isInstanceOf(DataException.class).hasMessageContaining("(ended after ")
                .hasMessageContaining(" of 300000 bytes); run the command again to continue");
        long held = Files.size(directory.resolve(partial()));
        assertThat(held).isBetween(1L, 100_000L);
        endsAfter = Integer.MAX_VALUE;
        download();
        assertThat(ranges).containsExactly("all", "bytes=" + held + "-");
        assertThat(directory.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(files()).hasSize(3);
    }

    @Test
    void whoStopsItCanContinueIt() throws IOException {
        endsAfter = 100_000;
        ByteProgress stop = (done, total) -> {
            if (total == WEIGHTS.length && done > 0) {
                throw new IllegalStateException("stop");
            }
        };
        assertThatThrownBy(() -> models().download("gpt2", directory, stop)).isNotNull();
        endsAfter = Integer.MAX_VALUE;
        download();
        assertThat(directory.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aServerWithoutRangesSendsAllOfItAgain() throws IOException {
        endsAfter = 100_000;
        assertThatThrownBy(this::download).isInstanceOf(DataException.class);
        endsAfter = Integer.MAX_VALUE;
        knowsRanges = false;
        download();
        assertThat(directory.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aPartOfAnOlderVersionIsNotContinued() throws IOException {
        endsAfter = 100_000;
        assertThatThrownBy(this::download).isInstanceOf(DataException.class);
        endsAfter = Integer.MAX_VALUE;
        String old = partial();
        Files.move(directory.resolve(old), directory.resolve("model.safetensors.0123456789ab.part"));
        download();
        assertThat(ranges).containsExactly("all", "all");
    }

    @Test
    void bytesOfAnotherHashAreNotKept() throws IOException {
        sha256 = "0".repeat(64);
        assertThatThrownBy(this::download).isInstanceOf(DataException.class).hasMessageContaining(
                "(SHA-256 is " + Hashes.sha256(WEIGHTS) + ", expected " + sha256 + ")");
        assertThat(files()).containsExactly("config.json", "tokenizer.json");
    }

    @Test
    void aMissingFileIsNamed() {
        missing = "tokenizer.json";
        assertThatThrownBy(this::download).isInstanceOf(DataException.class)
                .hasMessage(directory + ": tokenizer.json is missing, and the download of " + home()
                        + "/openai-community/gpt2/resolve/main/tokenizer.json failed (HTTP status 404); run the command"
                        + " again to continue, or put config.json, tokenizer.json, model.safetensors of " + home()
                        + "/openai-community/gpt2 into " + directory.toAbsolutePath());
    }

    @Test
    void withoutANetworkOneLineSaysWhichFilesToPutWhere() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + port);
        assertThatThrownBy(() -> new PublishedModels(nobody, patience()).download("gpt2", directory,
                ByteProgress.NONE)).isInstanceOf(DataException.class).hasMessageContaining("(no connection)")
                .hasMessageEndingWith("put config.json, tokenizer.json, model.safetensors of " + nobody
                        + "/openai-community/gpt2 into " + directory.toAbsolutePath())
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws IOException {
        download();
        download();
        assertThat(ranges).containsExactly("all");
    }

    @Test
    void anotherFileOfTheUsersIsNotReplaced() throws IOException {
        Files.createDirectories(directory);
        Path own = directory.resolve("model.safetensors");
        Files.write(own, Arrays.copyOf(WEIGHTS, WEIGHTS.length - 1));
        assertThatThrownBy(this::download).isInstanceOf(DataException.class).hasMessage(own
                + ": is not the published file of 300000 bytes; move it away, or name another directory");
        Files.write(own, new byte[WEIGHTS.length]);
        assertThatThrownBy(this::download).isInstanceOf(DataException.class).hasMessageStartingWith(own.toString());
    }

    @Test
    void progressOfAContinuedDownloadBeginsWhereItEnded() {
        endsAfter = 100_000;
        assertThatThrownBy(this::download).isInstanceOf(DataException.class);
        endsAfter = Integer.MAX_VALUE;
        List<Long> seen = new ArrayList<>();
        models().download("gpt2", directory, (done, total) -> {
            if (total == WEIGHTS.length) {
                seen.add(done);
            }
        });
        assertThat(seen).isSorted().endsWith((long) WEIGHTS.length).doesNotContain(0L);
    }

    private long download() {
        return models().download("gpt2", directory, ByteProgress.NONE);
    }

    private PublishedModels models() {
        return new PublishedModels(URI.create(home()), patience());
    }

    private static Patience patience() {
        return new Patience(Duration.ofSeconds(3), Duration.ofSeconds(5));
    }

    private String home() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String partial() throws IOException {
        return files().stream().filter(Pattern.compile("model\\.safetensors\\.[0-9a-f]{12}\\.part").asMatchPredicate())
                .findFirst().orElseThrow();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** Of a large file the address in the storage, with its hash; of a small one the address in a cache. */
    private void resolve(HttpExchange exchange) throws IOException {
        String file = exchange.getRequestURI().getPath().replaceAll(".*/", "");
        if (file.equals(missing)) {
            exchange.sendResponseHeaders(404, -1);
        } else if (file.equals("model.safetensors")) {
            exchange.getResponseHeaders().add("X-Linked-ETag", '"' + sha256 + '"');
            exchange.getResponseHeaders().add("X-Linked-Size", String.valueOf(WEIGHTS.length));
            exchange.getResponseHeaders().add("Location", home() + "/storage/" + file);
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().add("Location", "/cache/" + file);
            exchange.sendResponseHeaders(307, -1);
        }
        exchange.close();
    }

    private void store(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(range == null ? "all" : range);
        send(exchange, WEIGHTS, range == null || !knowsRanges ? 0 : Integer.parseInt(range.replaceAll("\\D", "")));
    }

    private void send(HttpExchange exchange, byte[] body, int begin) throws IOException {
        exchange.getResponseHeaders().add("ETag", "\"" + "a1".repeat(20) + '"');
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        if (begin > 0) {
            exchange.getResponseHeaders().add("Content-Range", "bytes " + begin + "-" + (body.length - 1) + "/"
                    + body.length);
        }
        if (isHead) {
            exchange.getResponseHeaders().add("Content-Length", String.valueOf(body.length));
        }
        exchange.sendResponseHeaders(begin > 0 ? 206 : 200, isHead ? -1 : body.length - begin);
        try (exchange) {
            if (!isHead) {
                exchange.getResponseBody().write(body, begin, Math.min(body.length - begin, endsAfter));
                exchange.getResponseBody().flush();
            }
        } catch (IOException e) {
            // Closed before all that was announced: this is what is tested.
        }
    }
}
