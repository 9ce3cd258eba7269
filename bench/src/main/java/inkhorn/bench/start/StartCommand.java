package inkhorn.bench.start;

import inkhorn.bench.Statistics;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench start}: from {@code java -jar} to the first finished step, of one jar or of several in turn. */
@Command(name = "start", mixinStandardHelpOptions = true, showDefaultValues = true,
        description = "Seconds from java -jar to the first finished step of the tiny config, and to the lines before it.")
public final class StartCommand implements Callable<Integer> {

    private static final String BANNER = "kernels ";
    private static final String STEP = "step 1/";

    @Parameters(paramLabel = "JAR", arity = "0..*", description = "Program jars, started in turn; an archive of classes counts where it lies beside one.")
    private List<Path> jars = List.of(Path.of("train.jar"));

    @Option(names = "--config", description = "What to train.")
    private Path config = Path.of("configs", "shakespeare-char-tiny.yaml");

    @Option(names = "--text", required = true, description = "A text to train on. Prepared before the rounds, as it is from a second start on.")
    private Path text;

    @Option(names = "--rounds", description = "Starts of each jar.")
    private int rounds = 8;

    @Option(names = "--java", description = "The java that starts them.")
    private String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @Spec
    private CommandSpec spec;

    /** Seconds since the process began. */
    private record Start(double banner, double step) {
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        double[][] banners = new double[jars.size()][rounds];
        double[][] steps = new double[jars.size()][rounds];
        Path work = Files.createTempDirectory("inkhorn-bench-start-");
        try {
            start(jars.get(0), work);
            for (int round = 0; round < rounds; round++) {
                for (int jar = 0; jar < jars.size(); jar++) {
                    Start start = start(jars.get(jar), work);
                    banners[jar][round] = start.banner();
                    steps[jar][round] = start.step();
                }
            }
        } finally {
            delete(work);
        }
        out.printf("%-40s %9s %9s %9s   %s%n", "jar", "banner s", "step s", "fastest", "ratio to the first (95 %)");
        for (int jar = 0; jar < jars.size(); jar++) {
            Statistics.Estimate ratio = Statistics.ratioOfMedians(steps[jar], steps[0]);
            out.printf(Locale.ROOT, "%-40s %9.2f %9.2f %9.2f   %.3f (%.3f–%.3f)%n", jars.get(jar), Statistics.median(banners[jar]),
                    Statistics.median(steps[jar]), Arrays.stream(steps[jar]).min().orElseThrow(), ratio.value(), ratio.low(), ratio.high());
        }
        out.flush();
        return 0;
    }

    /** The working directory is one of its own, and with it where prepared data are looked for. */
    private Start start(Path jar, Path work) throws IOException, InterruptedException {
        Path run = work.resolve("run");
        delete(run);
        ProcessBuilder builder = new ProcessBuilder(java, "-jar", jar.toAbsolutePath().toString(), config.toAbsolutePath().toString(),
                "--data.path=" + text.toAbsolutePath(), "--run.out=" + run, "--train.log_interval=1", "--train.eval_interval=0");
        long begin = System.nanoTime();
        Process process = builder.directory(work.toFile()).redirectErrorStream(true).start();
        double banner = 0;
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                double seconds = (System.nanoTime() - begin) * 1e-9;
                said.append(line).append('\n');
                if (line.startsWith(BANNER)) {
                    banner = seconds;
                } else if (line.startsWith(STEP)) {
                    return new Start(banner, seconds);
                }
            }
        } finally {
            // Its children too: killed, it could not tell them.
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        throw new IOException(jar + " ended before its first step:\n" + said);
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
