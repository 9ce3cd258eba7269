package inkhorn.cli.options;

import inkhorn.cli.launch.MpiEnvironment;
import inkhorn.mpi.MpiRanks;
import java.time.Duration;

/** The processes that MPI has started with this one. */
public final class Mpi {
    private Mpi() {
    }

    /**
     * Joins them.
     *
     * @param timeout how long to wait for a message of another one
     * @throws inkhorn.mpi.MpiException where there is no library or it refuses
     */
    public static MpiRanks join(Duration timeout) {
        MpiEnvironment mpi = new MpiEnvironment(System.getenv());
        return MpiRanks.start(mpi.library(), mpi.isMpich(), timeout, Runtime.getRuntime()::halt);
    }
}
