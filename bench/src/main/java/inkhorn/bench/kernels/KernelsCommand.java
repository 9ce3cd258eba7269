package inkhorn.bench.kernels;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import inkhorn.bench.Machine;
import inkhorn.bench.ModelCase;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench kernels}: each kernel by itself, under JMH. */
@Command(name = "kernels", mixinStandardHelpOptions = true, showDefaultValues = true,
        description = "Each kernel by itself, as a share of the machine's measured peak.")
public final class KernelsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", arity = "1..*", description = "tiny, char, char-64, gpt2, gpt2-1024")
    private List<String> models;

    @Option(names = "--only", paramLabel = "REGEX", description = "Kernels whose name it finds.")
    private Pattern only = Pattern.compile("");

    @Option(names = "--iterations", description = "Measured, each between two probes of the peak.")
    private int iterations = 10;

    @Option(names = "--warmup", description = "Iterations that do not count.")
    private int warmup = 3;

    @Option(names = "--seconds", description = "Length of an iteration.")
    private double seconds = 0.5;

    @Option(names = "--threads", description = "Threads of the kernels.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--out", paramLabel = "NAME", description = "Results go to NAME.json in bench/target.")
    private String out = "kernels";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, RunnerException {
        try {
            models.forEach(ModelCase::named);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        PrintWriter stdout = spec.commandLine().getOut();
        Path home = Machine.buildDirectory();
        List<KernelResult> results = new ArrayList<>();
        stdout.println(KernelResult.HEADER);
        for (String model : models) {
            for (KernelCase one : KernelCases.of(ModelCase.named(model))) {
                if (only.matcher(one.name()).find()) {
                    KernelResult result = measure(one);
                    results.add(result);
                    stdout.println(result.line());
                    stdout.flush();
                }
            }
        }
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(home.resolve(out + ".json").toFile(),
                Map.of("machine", Machine.describe(Path.of(System.getProperty("java.home")), List.of()),
                        "threads", threads, "results", results));
        return 0;
    }

    /** JMH's fork has the flags of this JVM, which are those of {@code train.jar}. */
    private KernelResult measure(KernelCase one) throws RunnerException {
        TimeValue time = TimeValue.milliseconds(Math.round(1e3 * seconds));
        ChainedOptionsBuilder options = new OptionsBuilder().include(KernelBenchmark.class.getName())
                .param("kernel", one.name())
                .forks(1).warmupIterations(warmup).warmupTime(time).measurementIterations(iterations)
                .measurementTime(time)
                .addProfiler(PeakProfiler.class).verbosity(VerboseMode.SILENT).shouldFailOnError(true)
                .jvmArgsAppend("-Dinkhorn.log=WARN", "-D" + KernelBenchmark.THREADS + "=" + threads);
        RunResult result = new Runner(options.build()).runSingle();
        return KernelResult.of(one, result);
    }
}
