package inkhorn.cli.launch;

import inkhorn.autograd.kernel.JdkVectorModule;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes the {@link ClassArchive} of a jar during the build: it trains a small run to get the list of classes, and
 * makes the JVM write the archive. If that does not work, for example on a JVM without archives, it prints a message.
 */
public final class ClassArchiveBuild {

    private static final int LINES = 1500;
    private static final int MINUTES = 2;

    private final Path jar;
    private final Path work;

    private ClassArchiveBuild(Path jar, Path work) {
        this.jar = jar;
        this.work = work;
    }

    /** @param args the jar and a config to train with */
    public static void main(String[] args) throws IOException {
        Path jar = Path.of(args[0]).toAbsolutePath().normalize();
        Path work = Files.createTempDirectory("inkhorn-start-");
        try {
            new ClassArchiveBuild(jar, work).write(Path.of(args[1]).toAbsolutePath());
        } catch (IOException e) {
            System.err.println("[WARNING] " + jar + " will start more slowly, without an archive of its classes: "
                    + e.getMessage());
        } finally {
            delete(work);
        }
    }

    private void write(Path config) throws IOException {
        deleteOldArchives();
        Path text = Files.write(work.resolve("text.txt"), text());
        Path classes = work.resolve("classes");
        run(List.of("-XX:DumpLoadedClassList=" + classes), config.toString(), "--data.path=" + text,
                "--run.out=" + work.resolve("run"), "--train.max_iters=20", "--train.eval_interval=10",
                "--train.eval_iters=2",
                "--train.sample_chars=20");
        Path written = work.resolve("archive");
        // This JVM trains nothing and so does not load the module for itself.
        run(List.of("--add-modules", JdkVectorModule.NAME, "-Xshare:dump", "-XX:SharedClassListFile=" + classes,
                "-XX:SharedArchiveFile=" + written));
        Path archive = ClassArchive.of(jar.toFile()).toPath();
        // Half of an archive would bring a JVM down, so it gets its name when it is whole.
        Path beside = Files.copy(written, archive.resolveSibling(archive.getFileName() + ".tmp"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** With the flags of {@link JvmArguments}: an archive fits those that it was written with. */
    private void run(List<String> options, String... arguments) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = JvmArguments.command(java, options, List.of(), false,
                Runtime.getRuntime().availableProcessors(),
                jar.toString(), Long.toString(ProcessHandle.current().pid()), StarterScripts.MAIN_CLASS, arguments);
        Path output = work.resolve("output");
        Process process = new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("not done after " + MINUTES + " minutes: " + String.join(" ", options));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        }
        if (process.exitValue() != 0) {
            List<String> lines = Files.readAllLines(output);
            throw new IOException("exit code " + process.exitValue()
                    + (lines.isEmpty() ? "" : ", " + lines.get(lines.size() - 1)));
        }
    }

    private static List<String> text() {
        return IntStream.range(0, LINES).mapToObj(i -> i % 17 + " plus " + i % 23 + ", said the clerk.").toList();
    }

    /** What is older than the jar is for the one that was there before. */
    private void deleteOldArchives() throws IOException {
        String archives = ClassArchive.stem(jar.toFile()) + "-*" + ClassArchive.SUFFIX + "*";
        try (DirectoryStream<Path> old = Files.newDirectoryStream(jar.getParent(), archives)) {
            for (Path archive : old) {
                if (Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                    Files.deleteIfExists(archive);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
