package inkhorn.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that a real launcher of MPI has started exchange bytes. */
final class MpiRanksTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void unevenExchangesUnderWayTogetherBringEachProcessItsBytes(MpiPrograms mpi)
            throws IOException, InterruptedException {
        MpiPrograms.Ended ended = mpi.start(3, directory, RankProgram.class, "exchanges").end();
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        List<String> lines = ended.lines("exchanges:");
        assertThat(lines).hasSize(3).allMatch(line -> line.contains("of 3, 0 wrong bytes, "
                + (mpi == MpiPrograms.MPICH ? "MPICH " : "Open MPI v")) && line.endsWith(", one host"));
    }

    @ParameterizedTest
    @EnumSource
    void aProcessThatSendsNothingIsNamed(MpiPrograms mpi) throws IOException, InterruptedException {
        MpiPrograms.Ended ended = mpi.start(3, directory, RankProgram.class, "silent", "1").end();
        assertThat(ended.lines("silent:")).as(ended.output()).containsExactly("silent: waited 1 s for the news of rank"
                + " 2 (HOST): the process hangs, or is cut off; --mpi-timeout says how long to wait");
        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.seconds()).isLessThan(45);
    }

    /** Such as with its last checkpoint, which a launcher would not let it finish. */
    @ParameterizedTest
    @EnumSource
    void processesWithNothingLeftToDoWaitForTheOneThatHas(MpiPrograms mpi) throws IOException, InterruptedException {
        MpiPrograms.Ended ended = mpi.start(2, directory, RankProgram.class, "late").end();
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.lines("late:")).containsExactly("late: rank 1 is done", "late: rank 0 is done");
    }

    @Test
    void theTimeInWhichAJobIsSuspendedIsNotTimeThatAProcessWaits() throws IOException, InterruptedException {
        MpiPrograms mpi = MpiPrograms.any();
        MpiPrograms.Job job = mpi.start(2, directory, RankProgram.class, "suspended", "6");
        String[] pids = new String[2];
        for (int rank = 0; rank < 2; rank++) {
            String end = " of rank " + rank;
            job.awaitOutput(end);
            pids[rank] = job.line(end).replaceAll("suspended: process (\\d+) of.*", "$1");
        }
        signal("-STOP", pids[0]);
        signal("-STOP", pids[1]);
        Thread.sleep(7_000);
        Files.createFile(directory.resolve("news"));
        signal("-CONT", pids[0]);
        Thread.sleep(500);
        signal("-CONT", pids[1]);
        MpiPrograms.Ended ended = job.end();
        assertThat(ended.exitCode()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("rank 0 has the news", "rank 1 has the news");
    }

    private static void signal(String signal, String pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", signal, pid).start().waitFor()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void anAbortEndsAllProcesses(MpiPrograms mpi) throws IOException, InterruptedException {
        MpiPrograms.Ended ended = mpi.start(2, directory, RankProgram.class, "abort").end();
        assertThat(ended.exitCode()).as(ended.output()).isEqualTo(7);
        assertThat(ended.seconds()).isLessThan(45);
        assertThat(ended.lines("abort:")).hasSize(2);
        for (String line : ended.lines("abort:")) {
            MpiPrograms.awaitEnd(Long.parseLong(line.replaceAll("\\D+", "")));
        }
    }
}
