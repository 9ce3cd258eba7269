package inkhorn.bench.step;

import inkhorn.bench.Machine;
import inkhorn.bench.ModelCase;
import inkhorn.bench.step.Engine.Build;
import inkhorn.bench.step.Engine.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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
    @Parameters(paramLabel = "MODEL", arity = "1..*",
            description = "tiny, char, char-nodropout, char-64, gpt2, gpt2-1024")
    private List<String> models;

    @Option(names = "--rounds", description = "Turns of each engine.")
    private int rounds = 15;

    @Option(names = "--round-seconds", paramLabel = "SECONDS",
            description =
                    "A model's rounds end after this long, but not before five of them; the table says how many"
                    + " there were.")
    private double roundSeconds = 300;

    @Option(names = "--turn", paramLabel = "SECONDS", description = "Length of a turn; at least one step.")
    private double turn = 1;

    @Option(names = "--warmup", paramLabel = "SECONDS",
            description = "Of every engine before measuring; at least three steps.")
    private double warmup = 12;

    @Option(names = "--threads", description = "Threads of each engine.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--engines", split = ",", description = "inkhorn, mkl, openblas")
    private List<Build> engines = List.of(Build.values());

    @Option(names = "--torch-settings", split = ",",
            description = "default, passive, thp, passive_thp: the fastest takes part.")
    private List<Setting> settings = List.of(Setting.values());

    @Option(names = "--search-seconds", paramLabel = "SECONDS",
            description =
                    "Of turns to find one libtorch's fastest setting; each pair of settings has at least one turn.")
    private double searchSeconds = 30;

    @Option(names = "--java", paramLabel = "PATH", description = "The java that runs Inkhorn (default: this one).")
    private Path java = Path.of(System.getProperty("java.home"), "bin", "java");

    @Option(names = "--jvm", paramLabel = "FLAG",
            description = "One more JVM flag for Inkhorn, as --jvm=-XX:UseAVX=2; may be repeated.")
    private List<String> jvm = new ArrayList<>();

    @Option(names = "--also-threads", split = ",", paramLabel = "N",
            description = "Inkhorn takes part once more with N threads, as --also-threads=1.")
    private List<Integer> alsoThreads = new ArrayList<>();

    @Option(names = "--also-java", paramLabel = "PATH", description = "Inkhorn takes part once more, run by this java.")
    private Path alsoJava;

    @Option(names = "--also-jar", paramLabel = "FILE",
            description = "Inkhorn takes part once more, as another build's bench.jar has it.")
    private Path alsoJar;

    @Option(names = "--also-checkpointing",
            description = "Inkhorn takes part once more, with train.activation_checkpointing.")
    private boolean alsoCheckpointing;

    @Option(names = "--no-check", description = "Do not compare losses first.")
    private boolean noCheck;

    @Option(names = "--no-bf16", description = "Do not measure libtorch in bfloat16 after the rounds.")
    private boolean noBfloat16;

    @Option(names = "--no-profile", description = "Do not break Inkhorn's step down.")
    private boolean noProfile;

    @Option(names = "--out", paramLabel = "NAME",
            description = "Results go to NAME.json, NAME.csv and NAME.md in bench/target.")
    private String out = "step";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<ModelCase> cases = cases();
        Path home = Machine.buildDirectory();
        StepOptions options = new StepOptions(home, java, System.getProperty("java.class.path"), jvm, threads, rounds,
                roundSeconds, turn, new StepOptions.Warmup(3, warmup), false, searchSeconds);
        Comparison.Lineup lineup =
                new Comparison.Lineup(engines, settings, variants(options), !noCheck, !noBfloat16, !noProfile);
        TimeEstimate estimate = new TimeEstimate(options, lineup);
        Map<String, Object> machine = Machine.describe(java, jvm);
        PrintWriter stdout = spec.commandLine().getOut();
        List<ModelResult> results = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < cases.size(); i++) {
            String model = cases.get(i).name();
            double elapsed = (System.nanoTime() - begin) * 1e-9;
            log(model, String.format(Locale.ROOT, "model %d of %d, after %.1f min; about %.0f min to go", i + 1,
                    cases.size(), elapsed / 60,
                    estimate.secondsLeft(cases.subList(i, cases.size()), cases.subList(0, i), elapsed) / 60));
            try {
                results.add(new Comparison(options, model, line -> log(model, line)).run(lineup));
            } catch (WorkerProcess.Failed e) {
                log(model, e.getMessage());
                return 1;
            }
            Report.print(results.get(i), stdout);
            // After each model, so that a long run that is stopped leaves what it has.
            Report.write(results, machine, home, out);
        }
        stdout.println();
        MarkdownTable.of(results, machine).forEach(stdout::println);
        stdout.flush();
        return results.stream().flatMap(result -> result.checks().stream()).allMatch(LossCheck::agrees) ? 0 : 1;
    }

    private List<ModelCase> cases() {
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds=" + rounds + ": at least 1");
        }
        boolean isCompared = !alsoThreads.isEmpty() || alsoJava != null || alsoJar != null || alsoCheckpointing;
        if (!engines.contains(Build.INKHORN) && isCompared) {
            throw new ParameterException(spec.commandLine(),
                    "--also-threads, --also-java, --also-jar and --also-checkpointing"
                    + " compare with Inkhorn, which --engines=" + names() + " leaves out: add inkhorn");
        }
        if (alsoJar != null && !Files.isRegularFile(alsoJar)) {
            throw new ParameterException(spec.commandLine(), "--also-jar=" + alsoJar
                    + ": no such file; give the bench.jar of another build");
        }
        try {
            return models.stream().map(ModelCase::named).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private void log(String model, String line) {
        PrintWriter stderr = spec.commandLine().getErr();
        stderr.println(model + ": " + line);
        stderr.flush();
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
        if (alsoJar != null) {
            variants.put("other build", options.withJar(alsoJar));
        }
        if (alsoCheckpointing) {
            variants.put("activation checkpointing", options.recomputingBlocks());
        }
        return variants;
    }
}
