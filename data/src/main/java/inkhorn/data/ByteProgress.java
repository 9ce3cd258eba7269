package inkhorn.data;

/**
 * Told about work on a known number of bytes as it goes on (a download, a preparation), on the thread that asked for
 * it. Whatever it throws ends the work, which then leaves nothing half-made behind.
 */
@FunctionalInterface
public interface ByteProgress {
    /** Ignores all progress. */
    ByteProgress NONE = (done, total) -> {};

    /**
     * About to begin, which may take seconds where there is no network.
     *
     * @param what for people, such as {@code encoding}; what follows counts from 0 again
     */
    default void started(String what) {}

    /**
     * @param done bytes so far; often the same number several times
     * @param total bytes in all
     */
    void bytes(long done, long total);

    /**
     * Work goes on that is not counted in bytes, such as learning merges or waiting for a server; called several times
     * a second.
     */
    default void working() {}
}
