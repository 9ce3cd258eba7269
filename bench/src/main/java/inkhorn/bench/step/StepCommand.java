package inkhorn.bench.step;

import inkhorn.bench.Machine;
import inkhorn.bench.ModelCase;
import inkhorn.bench.step.Engine.Build;
import inkhorn.bench.step.Engine.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench step}: whole training steps of Inkhorn and libtorch in turn. */
@Command(name = "step", mixinStandardHelpOptions = true, showDefaultValues = true,
        description = "Whole training steps of Inkhorn and libtorch in turn.")
public final class StepCommand implements Callable<Integer> {

    @Parameters(paramLabel = "MODEL", arity = "1..*", description = "tiny, char, char-64, gpt2")
    private List<String> models;

    @Option(names = "--rounds", description = "Turns of each engine.")
    private int rounds = 15;

    @Option(names = "--turn", paramLabel = "SECONDS", description = "Length of a turn; at least one step.")
    private double turn = 1;

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "Before measuring; a third of it for libtorch.")
    private double warmup = 12;

    @Option(names = "--threads", description = "Threads of each engine.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--engines", split = ",", description = "inkhorn, mkl, openblas")
    private List<Build> engines = List.of(Build.values());

    @Option(names = "--torch-settings", split = ",", description = "default, passive, thp, passive_thp: the fastest takes part.")
    private List<Setting> settings = List.of(Setting.values());

    @Option(names = "--java", paramLabel = "PATH", description = "The java that runs Inkhorn (default: this one).")
    private Path java = Path.of(System.getProperty("java.home"), "bin", "java");

    @Option(names = "--jvm", paramLabel = "FLAG", description = "One more JVM flag for Inkhorn, as --jvm=-XX:UseAVX=2; may be repeated.")
    private List<String> jvm = new ArrayList<>();

    @Option(names = "--also-threads", split = ",", paramLabel = "N",
            description = "Inkhorn takes part once more with N threads, as --also-threads=1.")
    private List<Integer> alsoThreads = new ArrayList<>();

    @Option(names = "--also-java", paramLabel = "PATH", description = "Inkhorn takes part once more, run by this java.")
    private Path alsoJava;

    @Option(names = "--no-check", description = "Do not compare losses first.")
    private boolean noCheck;

    @Option(names = "--no-profile", description = "Do not break Inkhorn's step down.")
    private boolean noProfile;

    @Option(names = "--out", paramLabel = "NAME", description = "Results go to NAME.json and NAME.csv in bench/target.")
    private String out = "step";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try {
            models.forEach(ModelCase::named);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        if (!engines.contains(Build.INKHORN) && (!alsoThreads.isEmpty() || alsoJava != null)) {
            throw new ParameterException(spec.commandLine(),
                    "--also-threads and --also-java compare with Inkhorn, which --engines=" + names() + " leaves out: add inkhorn");
        }
        PrintWriter stdout = spec.commandLine().getOut();
        PrintWriter stderr = spec.commandLine().getErr();
        Path home = Machine.buildDirectory();
        StepOptions options = new StepOptions(home, java, jvm, threads, rounds, turn, warmup);
        List<ModelResult> results = new ArrayList<>();
        boolean agrees = true;
        for (String model : models) {
            Comparison comparison = new Comparison(options, model, line -> {
                stderr.println(model + ": " + line);
                stderr.flush();
            });
            ModelResult result;
            try {
                result = comparison.run(engines, settings, variants(options), !noCheck, !noProfile);
            } catch (WorkerProcess.Failed e) {
                stderr.println(model + ": " + e.getMessage());
                return 1;
            }
            agrees &= result.checks().stream().allMatch(LossCheck::agrees);
            results.add(result);
            Report.print(result, stdout);
            // After each model, so that a long run that is stopped leaves what it has.
            Report.write(results, Machine.describe(java, jvm), home, out);
        }
        return agrees ? 0 : 1;
    }

    private String names() {
        return engines.stream().map(build -> build.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(","));
    }

    private Map<String, StepOptions> variants(StepOptions options) {
        Map<String, StepOptions> variants = new LinkedHashMap<>();
        for (int n : alsoThreads) {
            variants.put(n == 1 ? "1 thread" : n + " threads", options.withThreads(n));
        }
        if (alsoJava != null) {
            variants.put("other Java", options.withJava(alsoJava));
        }
        return variants;
    }
}
