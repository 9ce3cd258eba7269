package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The variables are those that the launchers of Open MPI 4.1, MPICH 4.0 and Slurm 22.05 set. */
final class MpiEnvironmentTest {

    private static MpiEnvironment of(String... pairs) {
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            variables.put(pairs[i], pairs[i + 1]);
        }
        return new MpiEnvironment(variables);
    }

    @Test
    void openMpiMpichAndSlurmAreKnownByWhatTheySay() {
        MpiEnvironment openMpi = of("OMPI_COMM_WORLD_SIZE", "4", "OMPI_COMM_WORLD_LOCAL_SIZE", "2", "PMIX_RANK", "3");
        assertThat(openMpi.isLaunched()).isTrue();
        assertThat(openMpi.isMpich()).isFalse();
        assertThat(openMpi.size()).isEqualTo(4);
        assertThat(openMpi.onThisMachine()).isEqualTo(2);
        MpiEnvironment mpich = of("PMI_RANK", "1", "PMI_SIZE", "6", "MPI_LOCALNRANKS", "3");
        assertThat(mpich.isMpich()).isTrue();
        assertThat(mpich.size()).isEqualTo(6);
        assertThat(mpich.rank()).isEqualTo(1);
        assertThat(mpich.onThisMachine()).isEqualTo(3);
        MpiEnvironment slurm = of("PMIX_RANK", "0", "SLURM_STEP_NUM_TASKS", "7", "SLURM_STEP_TASKS_PER_NODE",
                "2(x3),1");
        assertThat(slurm.size()).isEqualTo(7);
        assertThat(slurm.rank()).isZero();
        assertThat(slurm.onThisMachine()).isEqualTo(2);
    }

    /** A batch script of Slurm has variables of its job, but is one process. */
    @Test
    void aProcessThatNoLauncherStartedIsAlone() {
        MpiEnvironment script = of("SLURM_NTASKS", "8", "SLURM_STEP_NUM_TASKS", "8");
        assertThat(script.isLaunched()).isFalse();
        assertThat(script.size()).isEqualTo(1);
        assertThat(script.onThisMachine()).isEqualTo(1);
        assertThat(script.threads(8, 8)).isEqualTo(8);
    }

    @Test
    void processesOfAMachineShareItsProcessors() {
        MpiEnvironment four = of("OMPI_COMM_WORLD_SIZE", "8", "OMPI_COMM_WORLD_LOCAL_SIZE", "4");
        assertThat(four.threads(8, 8)).as("bound to none").isEqualTo(2);
        assertThat(four.threads(1, 8)).as("bound to one core").isEqualTo(1);
        assertThat(four.threads(8, 16)).as("bound to one of two sockets").isEqualTo(4);
        assertThat(four.threads(2, 2)).as("more processes than cores").isEqualTo(1);
    }
}
