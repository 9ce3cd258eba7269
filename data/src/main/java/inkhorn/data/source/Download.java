package inkhorn.data.source;

import inkhorn.data.ByteProgress;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Hashes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * One published file whose size is known, and its SHA-256 where that is published: what arrives is exactly that, or
 * nothing.
 *
 * @param size in bytes
 * @param sha256 in lower-case hex; null where it is not published
 */
record Download(URI address, long size, String sha256, Patience patience) {
    private static final int WHOLE = 200;
    private static final int PART = 206;

    Download(URI address, long size, String sha256, Duration connectTimeout, Duration idleTimeout) {
        this(address, size, sha256, new Patience(connectTimeout, idleTimeout));
    }

    /** Why there is no file; the message is the inside of a sentence. */
    static final class FailedException extends Exception {
        FailedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Makes where the bytes go; called once more where a server begins from the start again. */
    @FunctionalInterface
    private interface Target {
        OutputStream open(boolean continues) throws IOException;
    }

    /** Shared with the thread that receives. */
    private static final class Received implements Patience.Arrivals {
        private volatile long bytes;
        private volatile long lastChange = System.nanoTime();

        Received(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public long lastChange() {
            return lastChange;
        }

        /** Of one thread alone. */
        void set(long count) {
            lastChange = System.nanoTime();
            bytes = count;
        }
    }

    /** The bytes of a file that fits into memory. */
    byte[] fetch(ByteProgress progress) throws FailedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        receive(0, continues -> bytes, progress);
        requireHash(Hashes.sha256(bytes.toByteArray()));
        return bytes.toByteArray();
    }

    /**
     * Puts the file in its place, by way of a partial file from which the next call continues where this one fails.
     *
     * @param partial belongs to this version of the file alone; is removed if its bytes turn out to be wrong
     * @throws FailedException also where the file cannot be written
     */
    void fetchTo(Path file, Path partial, ByteProgress progress) throws FailedException {
        try {
            long held = Files.exists(partial) ? Files.size(partial) : 0;
            if (held != size || held == 0) {
                receive(held < size ? held : 0, continues -> Files.newOutputStream(partial, StandardOpenOption.CREATE,
                        continues ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE), progress);
            }
            String found = sha256 == null ? null : Hashes.sha256(partial, progress::working);
            if (found != null && !found.equals(sha256)) {
                Files.delete(partial);
                requireHash(found);
            }
            AtomicFiles.moveInPlace(partial, file);
        } catch (IOException e) {
            throw new FailedException(AtomicFiles.reason(e), e);
        }
    }

    private void receive(long held, Target target, ByteProgress progress) throws FailedException {
        Received received = new Received(held);
        patience.await(() -> receive(received, target), received, size, progress);
        progress.bytes(received.bytes(), size);
        if (received.bytes() != size) {
            throw new FailedException(shortBy(received.bytes()), null);
        }
    }

    /** @return nothing */
    private Void receive(Received received, Target target) throws IOException, InterruptedException {
        long held = received.bytes();
        HttpRequest.Builder request = HttpRequest.newBuilder(address);
        if (held > 0) {
            request.header("Range", "bytes=" + held + "-");
        }
        HttpResponse<InputStream> response = patience.client(HttpClient.Redirect.NORMAL)
                .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            boolean continues = held > 0 && response.statusCode() == PART;
            if (continues) {
                requireRange(response.headers().firstValue("Content-Range").orElse("none"), held);
            } else if (response.statusCode() != WHOLE) {
                throw new IOException("HTTP status " + response.statusCode());
            } else {
                // Of a server that does not know ranges, everything comes again.
                received.set(0);
            }
            try (OutputStream out = target.open(continues)) {
                copy(body, out, received);
            }
        } catch (IOException e) {
            long bytes = received.bytes();
            throw bytes > held && bytes < size ? new IOException(shortBy(bytes), e) : e;
        }
        return null;
    }

    private void copy(InputStream body, OutputStream out, Received received) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int n; (n = body.read(buffer)) >= 0; ) {
            received.set(received.bytes() + n);
            if (received.bytes() > size) {
                throw new IOException("more than the " + size + " bytes expected");
            }
            out.write(buffer, 0, n);
        }
    }

    private void requireRange(String range, long held) throws IOException {
        String wanted = "bytes " + held + "-" + (size - 1) + "/" + size;
        if (!range.equals(wanted)) {
            throw new IOException("the server continues with " + range + " instead of " + wanted);
        }
    }

    private void requireHash(String found) throws FailedException {
        if (!found.equals(sha256)) {
            throw new FailedException("SHA-256 is " + found + ", expected " + sha256, null);
        }
    }

    private String shortBy(long bytes) {
        return "ended after " + bytes + " of " + size + " bytes";
    }
}
