package inkhorn.data;

import java.net.URI;

/** Told about a download as it goes on, on the thread that asked for it. */
@FunctionalInterface
public interface DownloadProgress {
    /** About to ask for it, which may take seconds where there is no network. */
    default void started(URI address) {
    }

    /** For those who do not look. */
    DownloadProgress NONE = (done, total) -> {};

    /**
     * @param done bytes received so far
     * @param total bytes of the whole file
     */
    void bytes(long done, long total);
}
