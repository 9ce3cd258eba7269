package inkhorn.bench.start;

import inkhorn.bench.Statistics;
import inkhorn.data.files.AtomicFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code bench start}: from the start of the program to the first finished step, of one jar or starter script or of
 * several in turn.
 */
@Command(name = "start", mixinStandardHelpOptions = true, showDefaultValues = true,
        description =
                "Seconds from the program's start to the first finished step of the tiny config, and to the lines"
                + " before it.")
public final class StartCommand implements Callable<Integer> {
    private static final String BANNER = "kernels ";
    private static final String STEP = "step 1/";

    @Parameters(paramLabel = "PROGRAM", arity = "0..*",
            description = "Program jars (by java -jar) and starter scripts, started in turn;"
            + " an archive of classes counts where it lies beside one.")
    private List<Path> programs = List.of(Path.of("train.jar"));

    @Option(names = "--config", description = "What to train.")
    private Path config = Path.of("configs", "shakespeare-char-tiny.yaml");

    @Option(names = "--text", required = true,
            description = "A text to train on. Prepared before the rounds, as it is from a second start on.")
    private Path text;

    @Option(names = "--rounds", description = "Starts of each program.")
    private int rounds = 8;

    @Option(names = "--java", description = "The java that starts them.")
    private String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @Spec
    private CommandSpec spec;

    /** Seconds since the process began. */
    private record Start(double banner, double step) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        double[][] banners = new double[programs.size()][rounds];
        double[][] steps = new double[programs.size()][rounds];
        Path work = Files.createTempDirectory("inkhorn-bench-start-");
        try {
            start(programs.get(0), work);
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < programs.size(); i++) {
                    Start start = start(programs.get(i), work);
                    banners[i][round] = start.banner();
                    steps[i][round] = start.step();
                }
            }
        } finally {
            AtomicFiles.deleteTree(work);
        }
        out.printf("%-40s %9s %9s %9s   %s%n", "program", "banner s", "step s", "fastest", "ratio to the first (95 %)");
        for (int i = 0; i < programs.size(); i++) {
            Statistics.Estimate ratio = Statistics.ratioOfMedians(steps[i], steps[0]);
            out.printf(Locale.ROOT, "%-40s %9.2f %9.2f %9.2f   %.3f (%.3f–%.3f)%n", programs.get(i),
                    Statistics.median(banners[i]), Statistics.median(steps[i]),
                    Arrays.stream(steps[i]).min().orElseThrow(), ratio.value(), ratio.low(), ratio.high());
        }
        out.flush();
        return 0;
    }

    /** The working directory is one of its own, and with it where prepared data are looked for. */
    private Start start(Path program, Path work) throws IOException, InterruptedException {
        Path run = work.resolve("run");
        AtomicFiles.deleteTree(run);
        boolean isJar = program.toString().endsWith(".jar");
        List<String> command = new ArrayList<>(isJar ? List.of(java, "-jar") : List.of());
        command.addAll(List.of(program.toAbsolutePath().toString(), config.toAbsolutePath().toString(),
                "--data.path=" + text.toAbsolutePath(), "--run.out=" + run, "--train.log_interval=1",
                "--train.eval_interval=0"));
        ProcessBuilder builder = new ProcessBuilder(command);
        if (!isJar) {
            // The directory above bin/java: how a script is told which Java to start.
            builder.environment().put("JAVA_HOME", Path.of(java).toAbsolutePath().getParent().getParent().toString());
        }
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
        throw new IOException(program + " ended before its first step:\n" + said);
    }
}
