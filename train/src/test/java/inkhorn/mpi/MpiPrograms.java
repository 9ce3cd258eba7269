package inkhorn.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A launcher of MPI that is installed, and programs of the test class path that it starts several times. Tests that use
 * it are called Mpi…Test, as {@code .ci/run} looks for such names among the skipped.
 */
enum MpiPrograms {
    /** {@code mpirun} of the search path, where it is Open MPI's. */
    OPEN_MPI {
        @Override
        Optional<List<String>> found() {
            return onPath("mpirun").filter(path -> printed(path, "--version").contains("Open MPI"))
                    .map(path -> List.of(path, "--allow-run-as-root", "--oversubscribe"));
        }

        @Override
        String missing() {
            return "Open MPI is not installed (Debian: openmpi-bin)";
        }
    },

    /** {@code mpiexec.hydra} of the search path, or the one that {@value #MPICH_LAUNCHER} names. */
    MPICH {
        @Override
        Optional<List<String>> found() {
            return Optional.ofNullable(System.getenv(MPICH_LAUNCHER)).or(() -> onPath("mpiexec.hydra"))
                    .or(() -> onPath("mpiexec.mpich")).map(List::of);
        }

        @Override
        String missing() {
            return "MPICH is not installed (Debian: mpich), and " + MPICH_LAUNCHER + " names no mpiexec of it";
        }
    };

    private static final String MPICH_LAUNCHER = "INKHORN_TEST_MPIEXEC";

    /** The directories of MPICH's libraries, where they are not among the system's. */
    private static final String MPICH_LIBRARIES = "INKHORN_TEST_MPIEXEC_LIBRARIES";

    private static final int LIMIT_S = 90;

    /** What a job has printed, both streams in one, and the exit code of its launcher. */
    record Ended(int exitCode, String output, double seconds) {

        /** The lines that begin so. */
        List<String> lines(String prefix) {
            return output.lines().filter(line -> line.startsWith(prefix)).toList();
        }
    }

    /** A job under way. */
    static final class Job {
        private final Process launcher;
        private final Path output;
        private final long start = System.nanoTime();

        private Job(Process launcher, Path output) {
            this.launcher = launcher;
            this.output = output;
        }

        /** The launcher. */
        ProcessHandle launcher() {
            return launcher.toHandle();
        }

        /** Waits until this is part of the output. */
        void awaitOutput(String text) throws IOException, InterruptedException {
            while (!Files.readString(output).contains(text)) {
                if (!launcher.isAlive() || seconds() > LIMIT_S) {
                    throw new AssertionError("no \"" + text + "\" in:\n" + end().output);
                }
                Thread.sleep(20);
            }
        }

        /** The first line of the output that has this text in it. */
        String line(String text) throws IOException {
            return Files.readString(output).lines().filter(line -> line.contains(text)).findFirst().orElseThrow();
        }

        /** Waits for the end, or kills what takes too long. */
        Ended end() throws IOException, InterruptedException {
            boolean ended = launcher.waitFor(LIMIT_S, TimeUnit.SECONDS);
            double seconds = seconds();
            if (!ended) {
                launcher.descendants().forEach(ProcessHandle::destroyForcibly);
                launcher.destroyForcibly();
                throw new AssertionError("still running after " + LIMIT_S + " s:\n" + Files.readString(output));
            }
            return new Ended(launcher.exitValue(), Files.readString(output), seconds);
        }

        private double seconds() {
            return (System.nanoTime() - start) * 1e-9;
        }
    }

    /** One that is installed, for what does not depend on which. */
    static MpiPrograms any() {
        return OPEN_MPI.found().isPresent() ? OPEN_MPI : MPICH;
    }

    /** Skips the test where there is no such MPI. */
    void assume() {
        assumeTrue(found().isPresent(), missing());
    }

    /** Starts a main class of the test class path in so many processes; the test is skipped where that cannot be. */
    Job start(int processes, Path directory, Class<?> main, String... arguments) {
        List<String> each = new ArrayList<>(List.of("-n", String.valueOf(processes)));
        each.addAll(java(main));
        each.addAll(List.of(arguments));
        return start(directory, each);
    }

    /**
     * Starts what follows the launcher's own options.
     *
     * @param words such as {@code -n 1 java … : -n 1 java …}
     */
    Job start(Path directory, List<String> words) {
        assume();
        List<String> command = new ArrayList<>(found().orElseThrow());
        command.addAll(words);
        try {
            Path output = Files.createTempFile(directory, "job", ".log");
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                    .redirectErrorStream(true).redirectOutput(output.toFile())
                    .redirectInput(new File("/dev/null"));
            Map<String, String> environment = builder.environment();
            // Containers refuse what Open MPI would copy with between processes, of which it complains in many lines.
            environment.put("OMPI_MCA_btl_vader_single_copy_mechanism", "none");
            String libraries = System.getenv(MPICH_LIBRARIES);
            if (this == MPICH && libraries != null) {
                environment.put("LD_LIBRARY_PATH", libraries);
            }
            return new Job(builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of a process, which the launcher may have come before by a moment. */
    static void awaitEnd(long pid) throws InterruptedException {
        long start = System.nanoTime();
        while (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
            assertThat(System.nanoTime() - start).as("process %d lives on", pid).isLessThan(10_000_000_000L);
            Thread.sleep(20);
        }
    }

    /** Quick to start. */
    static List<String> java(Class<?> main) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx400m", "-cp", System.getProperty("java.class.path"), main.getName());
    }

    /** The launcher and its options. */
    abstract Optional<List<String>> found();

    abstract String missing();

    private static Optional<String> onPath(String command) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(directory -> Path.of(directory, command))
                .filter(Files::isExecutable).map(Path::toString).findFirst();
    }

    private static String printed(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
