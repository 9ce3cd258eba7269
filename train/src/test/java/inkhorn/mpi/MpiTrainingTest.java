package inkhorn.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import inkhorn.cli.Main;
import inkhorn.data.files.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trainings by several processes that a real launcher of MPI has started: as they are started by hand. */
final class MpiTrainingTest {
    private static final String TWELVE_STEPS = """
            data: {path: text.txt}
            model: {n_layer: 1, n_head: 2, n_embd: 16, block_size: 12, dropout: 0.2}
            train: {batch_size: 2, grad_accum: 4, max_iters: 12, eval_interval: 6, eval_iters: 3, sample_chars: 0,
              checkpoint_interval: 6}
            optim: {lr: 3e-3, warmup_iters: 2}
            """;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void trainAlone() throws IOException, InterruptedException {
        assumeThat(Stream.of(MpiPrograms.values()).anyMatch(mpi -> mpi.found().isPresent()))
                .as("neither Open MPI nor MPICH is installed")
                .isTrue();
        Files.writeString(directory.resolve("run.yaml"), TWELVE_STEPS);
        Files.writeString(directory.resolve("text.txt"), "twelve plus twenty is thirty-two, said the clerk.\n"
                .repeat(40));
        Files.writeString(directory.resolve("other.txt"), "twelve plus twenty is thirty-two, says the clerk.\n"
                .repeat(40));
        List<String> command = new ArrayList<>(MpiPrograms.java(Main.class));
        command.addAll(List.of("run.yaml", "--run.out=alone", "--kernels=scalar", "--no-relaunch", "--no-probe"));
        Process alone = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        String output = new String(alone.getInputStream().readAllBytes());
        assertThat(alone.waitFor()).as(output).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void twoProcessesLeaveTheBitsOfOneAndOnlyTheFirstPrints(MpiPrograms mpi) throws IOException, InterruptedException {
        String out = mpi + "-two";
        MpiPrograms.Ended two = train(mpi, 2, "--run.out=" + out);
        assertThat(two.exitCode()).as(two.output()).isZero();
        requireBitsOfOne(out);
        assertThat(two.lines("steps ")).hasSize(1);
        assertThat(two.lines("done:")).hasSize(1);
        assertThat(two.lines("ranks ")).singleElement().asString().contains("2 processes on",
                mpi == MpiPrograms.MPICH ? "MPICH" : "Open MPI");
    }

    @ParameterizedTest
    @EnumSource
    void fourProcessesGoOnFromWhereTwoHaveStopped(MpiPrograms mpi) throws IOException, InterruptedException {
        String out = mpi + "-four";
        assertThat(train(mpi, 2, "--run.out=" + out, "--stop-at=5").exitCode()).isZero();
        MpiPrograms.Ended four = train(mpi, 4, "--run.out=" + out, "--resume");
        assertThat(four.exitCode()).as(four.output()).isZero();
        assertThat(four.output()).contains("going on from step 5");
        requireBitsOfOne(out);
    }

    @Test
    void aNumberOfProcessesThatCannotShareTheBatchesIsRefusedInOneLine() throws IOException, InterruptedException {
        MpiPrograms mpi = MpiPrograms.any();
        MpiPrograms.Ended three = train(mpi, 3, "--run.out=three");
        assertThat(three.exitCode()).isEqualTo(2);
        assertThat(three.lines("error:")).as(three.output()).singleElement().asString()
                .contains("3 processes cannot share the 4 batches of a step evenly, 1, 2, 4 can");
    }

    @Test
    void aConfigAndATextThatDifferInOneProcessAreRefused() throws IOException, InterruptedException {
        MpiPrograms mpi = MpiPrograms.any();
        List<String> words = new ArrayList<>(List.of("-n", "1"));
        words.addAll(program("--run.out=unlike"));
        words.addAll(List.of(":", "-n", "1"));
        words.addAll(program("--run.out=unlike", "--data.path=other.txt", "--optim.lr=0.5", "--stop-at=5"));
        MpiPrograms.Ended unlike = mpi.start(directory, words).end();
        assertThat(unlike.exitCode()).isEqualTo(2);
        assertThat(unlike.lines("error:")).as(unlike.output()).hasSize(3).allMatch(line -> line.contains("rank 1 ("));
        assertThat(unlike.output()).contains("has another config than rank 0", "has another text than rank 0",
                "has another last step than rank 0");
        assertThat(directory.resolve("unlike")).doesNotExist();
    }

    @Test
    void sigtermToTheLauncherSavesACheckpoint() throws IOException, InterruptedException {
        MpiPrograms mpi = MpiPrograms.any();
        List<String> words = new ArrayList<>();
        if (mpi == MpiPrograms.OPEN_MPI) {
            // Open MPI passes SIGTERM on after so many seconds, without reading output, and kills after as many again.
            words.addAll(List.of("--mca", "odls_base_sigkill_timeout", "4"));
        }
        words.addAll(List.of("-n", "2"));
        words.addAll(program("--run.out=stopped", "--train.max_iters=1000000", "--train.checkpoint_interval=1000000",
                "--train.eval_interval=1000000", "--train.log_interval=50"));
        MpiPrograms.Job job = mpi.start(directory, words);
        job.awaitOutput("step 50/");
        job.launcher().destroy();
        MpiPrograms.Ended ended = job.end();
        assertThat(ended.lines("stopped at step ")).as(ended.output()).hasSize(1);
        String step = ended.lines("stopped at step ").get(0).split(" ")[3];
        assertThat(directory.resolve(String.format("stopped/step-%08d/model.safetensors", Integer.parseInt(step))))
                .exists();
    }

    @Test
    void aProcessThatFailsEndsAllAndIsNamedWithItsReason() throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("-n", "1"));
        words.addAll(program("--run.out=failed", "--model.n_embd=256", "--train.max_iters=1000000"));
        words.addAll(List.of(":", "-n", "1"));
        List<String> poor = program("--run.out=failed", "--model.n_embd=256", "--train.max_iters=1000000");
        poor.replaceAll(word -> word.startsWith("-Xmx") ? "-Xmx26m" : word);
        words.addAll(poor);
        MpiPrograms.Ended failed = MpiPrograms.any().start(directory, words).end();
        assertThat(failed.exitCode()).as(failed.output()).isEqualTo(1);
        assertThat(failed.lines("error:")).as(failed.output()).singleElement().asString()
                .startsWith("error: rank 1 (").contains("out of memory");
    }

    /** A shell's limit on the size of a file is a full disk that needs no root; what JNA unpacks is within it. */
    @Test
    void aFullDiskAtTheFirstProcessEndsAllAndKeepsTheCheckpointBefore() throws IOException, InterruptedException {
        String[] arguments = {"--run.out=full", "--model.n_embd=128"};
        assertThat(train(MpiPrograms.any(), 2, arguments[0], arguments[1], "--stop-at=5").exitCode()).isZero();
        String resume = String.join(" ", program(arguments)) + " --resume";
        MpiPrograms.Ended full = MpiPrograms.any().start(directory, List.of("-n", "1", "sh", "-c",
                "ulimit -f 600; exec " + resume, ":", "-n", "1", "sh", "-c", "exec " + resume)).end();
        assertThat(full.exitCode()).as(full.output()).isEqualTo(1);
        assertThat(full.lines("error:")).as(full.output()).singleElement().asString().contains("File too large");
        assertThat(directory.resolve("full/step-00000006")).doesNotExist();
        MpiPrograms.Ended again = train(MpiPrograms.any(), 2, arguments[0], arguments[1], "--resume");
        assertThat(again.output()).contains("going on from step 5", "done:");
    }

    @Test
    void aLossThatIsNoNumberEndsAllAndNamesWhoComputedIt() throws IOException, InterruptedException {
        MpiPrograms.Ended broken = train(MpiPrograms.any(), 2, "--run.out=broken", "--optim.lr=1e30",
                "--optim.warmup_iters=0");
        assertThat(broken.exitCode()).as(broken.output()).isEqualTo(1);
        assertThat(broken.lines("error:")).as(broken.output()).singleElement().asString()
                .contains("rank 0 (", "so the weights are not updated");
    }

    @Test
    void aProcessThatHangsIsNamedAfterTheTimeoutAndAllEnd() throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("-n", "2"));
        words.addAll(program("--run.out=hanging", "--train.max_iters=1000000", "--train.checkpoint_interval=1000000",
                "--train.eval_interval=1000000", "--train.log_interval=50", "--mpi-timeout=2"));
        MpiPrograms.Job job = MpiPrograms.any().start(directory, words);
        job.awaitOutput("step 50/");
        List<ProcessHandle> programs = job.launcher().descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java")).toList();
        assertThat(programs).hasSize(2);
        ProcessHandle second = programs.stream().max(Comparator.comparing(ProcessHandle::pid)).orElseThrow();
        new ProcessBuilder("kill", "-STOP", String.valueOf(second.pid())).start().waitFor();
        MpiPrograms.Ended ended = job.end();
        assertThat(ended.exitCode()).as(ended.output()).isNotZero();
        assertThat(ended.lines("error:")).as(ended.output()).singleElement().asString()
                .contains("waited 2 s for ", "rank 1 (");
        for (ProcessHandle program : programs) {
            MpiPrograms.awaitEnd(program.pid());
        }
    }

    private static MpiPrograms.Ended train(MpiPrograms mpi, int processes, String... arguments)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("-n", String.valueOf(processes)));
        words.addAll(program(arguments));
        return mpi.start(directory, words).end();
    }

    /** Without a second JVM, which costs a second or two. */
    private static List<String> program(String... arguments) {
        List<String> words = new ArrayList<>(MpiPrograms.java(Main.class));
        words.addAll(List.of("run.yaml", "--data-parallel", "--kernels=scalar", "--threads=1", "--no-relaunch",
                "--no-probe"));
        words.addAll(List.of(arguments));
        return words;
    }

    private static void requireBitsOfOne(String out) throws IOException {
        for (String file : List.of("model.safetensors", "optimizer.safetensors", "trainer.json")) {
            assertThat(Hashes.sha256(directory.resolve(out).resolve("step-00000012").resolve(file))).as(file)
                    .isEqualTo(Hashes.sha256(directory.resolve("alone/step-00000012").resolve(file)));
        }
    }
}
