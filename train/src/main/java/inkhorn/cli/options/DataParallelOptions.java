package inkhorn.cli.options;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of a training by several processes. */
public final class DataParallelOptions {
    private static final int DEFAULT_TIMEOUT_S = 300;
    private static final int DAY_S = 24 * 60 * 60;

    @Option(names = "--data-parallel",
            description = "Train together with the other processes of mpirun or srun, with the bits of one process.")
    private boolean isGiven;

    @Option(names = "--mpi-timeout", paramLabel = "SECONDS",
            description = "How long to wait for another process before the training fails (default: 300).")
    private String timeout;

    /** Whether other processes take part. */
    public boolean isGiven() {
        return isGiven;
    }

    /** How long to wait for a message of another process. */
    public Duration timeout() {
        return Duration.ofSeconds(timeout == null ? DEFAULT_TIMEOUT_S
                : Arguments.whole("--mpi-timeout", timeout, 1, DAY_S));
    }
}
