package inkhorn.data.source;

import inkhorn.data.ByteProgress;
import inkhorn.data.files.Hashes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One published file whose size and SHA-256 are known: what arrives is exactly that, or nothing.
 *
 * @param size in bytes
 * @param sha256 in lower-case hex
 * @param connectTimeout for the connection
 * @param idleTimeout for the answer, and for every pause after it
 */
record Download(URI address, long size, String sha256, Duration connectTimeout, Duration idleTimeout) {
    /** Why there is no file; the message is the inside of a sentence. */
    static final class FailedException extends Exception {
        FailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Shared with the thread that receives. */
    private static final class Received extends ByteArrayOutputStream {
        volatile long bytes;
        volatile long lastChange = System.nanoTime();

        void add(byte[] buffer, int n) {
            write(buffer, 0, n);
            lastChange = System.nanoTime();
            bytes += n;
        }
    }

    /**
     * Receives on a thread of its own: neither looking up a name nor reading a stalled body can be given a time-out.
     */
    byte[] fetch(ByteProgress progress) throws FailedException {
        Received received = new Received();
        FutureTask<byte[]> task = new FutureTask<>(() -> receive(received));
        Thread thread = new Thread(task, "inkhorn-download");
        thread.setDaemon(true);
        thread.start();
        try {
            byte[] bytes = await(task, received, progress);
            check(bytes);
            return bytes;
        } catch (ExecutionException e) {
            throw new FailedException(reason(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted", e);
        } finally {
            task.cancel(true);
        }
    }

    private byte[] await(FutureTask<byte[]> task, Received received, ByteProgress progress)
            throws FailedException, ExecutionException, InterruptedException {
        long shown = 0;
        while (true) {
            try {
                byte[] bytes = task.get(20, TimeUnit.MILLISECONDS);
                progress.bytes(bytes.length, size);
                return bytes;
            } catch (TimeoutException e) {
                progress.working();
                long bytes = received.bytes;
                if (bytes != shown) {
                    shown = bytes;
                    progress.bytes(bytes, size);
                }
                Duration limit = bytes == 0 ? connectTimeout.plus(idleTimeout) : idleTimeout;
                if (System.nanoTime() - received.lastChange > limit.toNanos()) {
                    throw new FailedException("nothing received for " + limit.toMillis() + " ms after " + bytes + " of "
                            + size + " bytes", e);
                }
            }
        }
    }

    private byte[] receive(Received received) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(connectTimeout)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        HttpRequest request = HttpRequest.newBuilder(address).build();
        HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException("HTTP status " + response.statusCode());
            }
            byte[] buffer = new byte[1 << 14];
            for (int n; (n = body.read(buffer)) >= 0; ) {
                received.add(buffer, n);
                if (received.bytes > size) {
                    throw new IOException("more than the " + size + " bytes expected");
                }
            }
        } catch (IOException e) {
            throw received.bytes > 0 && received.bytes < size ? new IOException(shortBy(received.bytes), e) : e;
        }
        return received.toByteArray();
    }

    private void check(byte[] bytes) throws FailedException {
        if (bytes.length != size) {
            throw new FailedException(shortBy(bytes.length), null);
        }
        String found = Hashes.sha256(bytes);
        if (!found.equals(sha256)) {
            throw new FailedException("SHA-256 is " + found + ", expected " + sha256, null);
        }
    }

    private String shortBy(long bytes) {
        return "ended after " + bytes + " of " + size + " bytes";
    }

    private static String reason(Throwable cause) {
        if (cause instanceof HttpConnectTimeoutException) {
            return "no connection in time";
        }
        if (cause instanceof ConnectException) {
            return cause.getCause() instanceof UnresolvedAddressException ? "host name not found" : "no connection";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage().lines().findFirst()
                .orElse("");
    }
}
