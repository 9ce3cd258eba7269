package inkhorn.data.source;

import inkhorn.data.ByteProgress;
import inkhorn.data.source.Download.FailedException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How long a server is waited for.
 *
 * @param connect for the connection
 * @param idle    for the answer, and for every pause after it
 */
record Patience(Duration connect, Duration idle) {

    /** What has arrived so far; asked from the thread that waits. */
    interface Arrivals {
        /** Bytes that had arrived before the connection was made count as well. */
        long bytes();

        /** {@link System#nanoTime} when the last of them arrived, at first when the waiting began. */
        long lastChange();
    }

    HttpClient client(HttpClient.Redirect redirects) {
        return HttpClient.newBuilder().connectTimeout(connect).followRedirects(redirects).build();
    }

    /**
     * Waits for work that is done on a thread of its own, as neither looking up a name nor reading a stalled body can
     * be given a time-out.
     *
     * @param total bytes that are expected to arrive
     */
    <T> T await(Callable<T> work, Arrivals arrivals, long total, ByteProgress progress) throws FailedException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "inkhorn-download");
        thread.setDaemon(true);
        long before = arrivals.bytes();
        thread.start();
        try {
            long shown = 0;
            while (!isDone(task)) {
                progress.working();
                long bytes = arrivals.bytes();
                if (bytes != shown) {
                    shown = bytes;
                    progress.bytes(bytes, total);
                }
                Duration limit = bytes == before ? connect.plus(idle) : idle;
                if (System.nanoTime() - arrivals.lastChange() > limit.toNanos()) {
                    throw new FailedException("nothing received for " + limit.toMillis() + " ms after " + bytes + " of "
                            + total + " bytes", null);
                }
            }
            return task.get();
        } catch (ExecutionException e) {
            throw new FailedException(reason(e.getCause()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted", e);
        } finally {
            task.cancel(true);
        }
    }

    private static boolean isDone(FutureTask<?> task) throws InterruptedException, ExecutionException {
        try {
            task.get(20, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private static String reason(Throwable cause) {
        if (cause instanceof HttpConnectTimeoutException) {
            return "no connection in time";
        }
        if (cause instanceof ConnectException) {
            return cause.getCause() instanceof UnresolvedAddressException ? "host name not found" : "no connection";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName()
                : cause.getMessage().lines().findFirst().orElse("");
    }
}
