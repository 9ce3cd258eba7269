package inkhorn.cli.launch;

import java.util.Map;

/**
 * The environment variables that the launchers of MPI (mpirun, mpiexec, srun) set for the processes that they start.
 * Loaded by the first JVM.
 */
public final class MpiEnvironment {
    private static final int DIGITS = 6;

    private final Map<String, String> variables;

    /** @param variables of a process */
    public MpiEnvironment(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Whether a launcher of MPI has started the process. */
    public boolean isLaunched() {
        return has("OMPI_COMM_WORLD_SIZE") || has("PMI_SIZE") || has("PMI_RANK") || has("PMIX_RANK");
    }

    /** Whether it is one of MPICH's. */
    public boolean isMpich() {
        return has("PMI_RANK") && !has("OMPI_COMM_WORLD_SIZE") && !has("PMIX_RANK");
    }

    /** How many processes the job has, as far as the launcher tells; else 1. */
    public int size() {
        return isLaunched() ? number(1, "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS") : 1;
    }

    /** Which of them this one is, as far as the launcher tells; else 0. */
    public int rank() {
        return isLaunched() ? number(0, "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK") : 0;
    }

    /** How many processes of this job run on this machine, as far as the launcher tells; else 1. */
    public int onThisMachine() {
        // Slurm writes 2(x3),1 for 2 on each of three machines and 1 on the last.
        return isLaunched() ? number(1, "OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_STEP_TASKS_PER_NODE")
                : 1;
    }

    /** The number that the first of these variables begins with that has one, but at least this. */
    private int number(int least, String... names) {
        for (String name : names) {
            String value = variables.getOrDefault(name, "");
            int end = 0;
            while (end < value.length() && end < DIGITS && Character.isDigit(value.charAt(end))) {
                end++;
            }
            if (end > 0) {
                return Math.max(least, Integer.parseInt(value.substring(0, end)));
            }
        }
        return least;
    }

    /** The library that the user wants, or null. */
    public String library() {
        return variables.get("INKHORN_MPI");
    }

    /**
     * How many threads a process is to have by itself: its share of the machine, or fewer where its launcher has bound
     * it to fewer processors.
     *
     * @param available to this process
     * @param online    of the machine
     */
    public int threads(int available, int online) {
        return isLaunched() ? Math.max(1, Math.min(available, online / onThisMachine())) : available;
    }

    private boolean has(String name) {
        return variables.containsKey(name);
    }
}
