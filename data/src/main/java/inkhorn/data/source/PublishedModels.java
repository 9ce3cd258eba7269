package inkhorn.data.source;

import inkhorn.data.ByteProgress;
import inkhorn.data.DataException;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Hashes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * GPT-2 in the four sizes that OpenAI published, as Hugging Face hosts them. A file's SHA-256 is the {@code ETag} of
 * those that lie in Git LFS, as the weights do; of others the size alone is known.
 */
public final class PublishedModels {
    /** Of 124, 355, 774 and 1,558 million parameters. */
    public static final List<String> NAMES = List.of("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl");
    /** Where they are published. */
    public static final URI HOME = URI.create("https://huggingface.co");

    private static final String OWNER = "openai-community";
    /** The largest last: what is wrong is found out soon. */
    private static final List<String> FILES = List.of("config.json", "tokenizer.json", "model.safetensors");
    private static final int MOST_REDIRECTS = 5;

    private final URI home;
    private final Patience patience;

    /** @param home {@link #HOME}, or a mirror with the same paths */
    public PublishedModels(URI home) {
        this(home, new Patience(Duration.ofSeconds(10), Duration.ofSeconds(30)));
    }

    PublishedModels(URI home, Patience patience) {
        this.home = home;
        this.patience = patience;
    }

    /**
     * What a server says of a file.
     *
     * @param tag the {@code ETag} without quotes; another version of the file has another
     */
    private record Announced(long size, String tag) {
        /** Null where the tag is none. */
        String sha256() {
            return tag.matches("[0-9a-f]{64}") ? tag : null;
        }
    }

    /**
     * Downloads what is missing of a model. A download that fails is continued by the next call, from the byte where it
     * ended.
     *
     * @param name one of {@link #NAMES}
     * @param directory is made
     * @return bytes of all files
     * @throws DataException in one line that says why there is no model, and which files to put where instead; or that
     *     another file lies in its place
     */
    public long download(String name, Path directory, ByteProgress progress) {
        long bytes = 0;
        for (String file : FILES) {
            URI address = URI.create(home + "/" + OWNER + "/" + name + "/resolve/main/" + file);
            progress.started("downloading " + address);
            try {
                Files.createDirectories(directory);
                bytes += download(address, directory.resolve(file), progress);
            } catch (Download.FailedException e) {
                throw new DataException(directory + ": " + file + " is missing, and the download of " + address
                        + " failed (" + e.getMessage() + "); run the command again to continue, or put "
                        + String.join(", ", FILES) + " of " + home + "/" + OWNER + "/" + name + " into "
                        + directory.toAbsolutePath().normalize(), e);
            } catch (IOException e) {
                throw new DataException(directory + ": cannot be written (" + AtomicFiles.reason(e)
                        + "); make it writable, or name another directory", e);
            }
        }
        return bytes;
    }

    private long download(URI address, Path file, ByteProgress progress) throws Download.FailedException, IOException {
        Announced announced = announced(address, progress);
        Path partial = file.resolveSibling(file.getFileName() + "." + announced.tag().substring(0, 12) + ".part");
        if (Files.exists(file)) {
            requirePublished(file, announced, progress);
        } else {
            new Download(address, announced.size(), announced.sha256(), patience).fetchTo(file, partial, progress);
        }
        return announced.size();
    }

    /** A file of the user's is not replaced. */
    private static void requirePublished(Path file, Announced announced, ByteProgress progress) throws IOException {
        boolean isPublished = Files.size(file) == announced.size()
                && (announced.sha256() == null || Hashes.sha256(file, progress::working).equals(announced.sha256()));
        if (!isPublished) {
            throw new DataException(file + ": is not the published file of " + announced.size()
                    + " bytes; move it away, or name another directory");
        }
    }

    private Announced announced(URI address, ByteProgress progress) throws Download.FailedException {
        long began = System.nanoTime();
        return patience.await(() -> ask(address), new Patience.Arrivals() {
            @Override
            public long bytes() {
                return 0;
            }

            @Override
            public long lastChange() {
                return began;
            }
        }, 0, progress);
    }

    /** Redirects are followed by hand: the one that leads to the file itself has the headers that name its hash. */
    private Announced ask(URI address) throws IOException, InterruptedException {
        HttpClient client = patience.client(HttpClient.Redirect.NEVER);
        URI at = address;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpRequest request = HttpRequest.newBuilder(at)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
            HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
            String location = response.headers().firstValue("Location").orElse("");
            boolean isLinked = response.headers().firstValue("X-Linked-ETag").isPresent();
            if (response.statusCode() / 100 == 3 && !location.isEmpty() && !isLinked) {
                at = followed(at, location);
            } else if (response.statusCode() / 100 > 3) {
                throw new IOException("HTTP status " + response.statusCode());
            } else {
                return new Announced(size(response, isLinked), tag(response, isLinked));
            }
        }
        throw new IOException("more than " + MOST_REDIRECTS + " redirects");
    }

    private static URI followed(URI from, String location) throws IOException {
        URI to = from.resolve(location);
        if (!to.getScheme().equals(from.getScheme())) {
            throw new IOException("redirected to " + to.getScheme());
        }
        return to;
    }

    private static long size(HttpResponse<?> response, boolean isLinked) throws IOException {
        long size = response.headers().firstValueAsLong(isLinked ? "X-Linked-Size" : "Content-Length").orElse(-1);
        if (size < 0) {
            throw new IOException("the server does not say how large the file is");
        }
        return size;
    }

    /** At least twelve letters or digits. */
    private static String tag(HttpResponse<?> response, boolean isLinked) {
        String tag = response.headers().firstValue(isLinked ? "X-Linked-ETag" : "ETag").orElse("")
                .replaceAll("^W/|[^0-9A-Za-z]", "");
        return tag.length() >= 12 ? tag : tag + "0".repeat(12 - tag.length());
    }
}
