package inkhorn.bench.learn;

import inkhorn.bench.Machine;
import inkhorn.bench.torch.TorchProcess;
import inkhorn.data.files.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench learn}: Inkhorn's default and nanoGPT's recipe in libtorch, each by itself, one after the other. */
@Command(name = "learn", mixinStandardHelpOptions = true, showDefaultValues = true,
        description = "Validation loss against seconds of training: Inkhorn's config, then nanoGPT's recipe in"
                + " libtorch.")
public final class LearnCommand implements Callable<Integer> {

    @Option(names = "--config", paramLabel = "FILE", description = "What Inkhorn trains.")
    private Path config = Path.of("configs", "shakespeare-char.yaml");

    @Option(names = "--torch-config", paramLabel = "FILE", description = "What libtorch trains, with AdamW.")
    private Path torchConfig = Path.of("bench", "nanogpt-shakespeare-char.yaml");

    @Option(names = "--text", paramLabel = "FILE", description = "A text to train on, in place of the configs' own.")
    private Path text;

    @Option(names = "--engines", split = ",",
            description = "inkhorn, mkl, openblas: each trains by itself, in this order.")
    private List<Side> engines = List.of(Side.INKHORN, Side.MKL);

    @Option(names = "--steps", paramLabel = "N",
            description = "Of each side, with schedules of so many steps; 0 for those of the configs.")
    private int steps;

    @Option(names = "--eval-interval", paramLabel = "N", description = "Steps between evaluations.")
    private int evalInterval = 100;

    @Option(names = "--reach", split = ",", paramLabel = "LOSS", description = "Losses whose time is told.")
    private List<Double> levels = List.of(1.60, 1.55);

    @Option(names = "--threads", description = "Threads of each engine.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--torch-env", split = ",", paramLabel = "NAME=VALUE",
            description = "Environment of libtorch, as bench/step found it best: OMP_WAIT_POLICY=PASSIVE,"
                    + "KMP_BLOCKTIME=0 or THP_MEM_ALLOC_ENABLE=1.")
    private Map<String, String> torchEnvironment = new HashMap<>();

    @Option(names = "--with", paramLabel = "FILE", description = "An earlier race's NAME.jsonl: its engines that do not"
            + " run now are in the table and the picture too.")
    private Path with;

    @Option(names = "--out", paramLabel = "NAME",
            description = "Results go to NAME.jsonl, NAME.csv and NAME.svg in bench/target.")
    private String out = "learn";

    @Spec
    private CommandSpec spec;

    /** Who trains. */
    private enum Side {
        INKHORN(LearnWorker.INKHORN),
        MKL(LearnWorker.TORCH + TorchProcess.MKL),
        OPENBLAS(LearnWorker.TORCH + "OpenBLAS");

        private final String engine;

        Side(String engine) {
            this.engine = engine;
        }

        boolean isTorch() {
            return this != INKHORN;
        }
    }

    @Override
    public Integer call() throws IOException {
        check();
        LearnResult result = new LearnResult();
        List<String> earlier = with == null ? List.of() : Files.readAllLines(with);
        PrintWriter stdout = spec.commandLine().getOut();
        stdout.print(Json.line(Machine.describe(java(), List.of())));
        stdout.flush();
        for (Side side : engines) {
            int code = race(side, result);
            if (code != 0) {
                spec.commandLine().getErr().println(side.engine + ": its process ended with exit code " + code);
                return 1;
            }
        }
        for (String line : earlier) {
            LearnLine old = Json.MAPPER.readValue(line, LearnLine.class);
            if (engines.stream().noneMatch(side -> side.engine.equals(old.engine()))) {
                result.add(old);
            }
        }
        Path file = Machine.buildDirectory().resolve(out + ".jsonl");
        Files.writeString(file, result.lines().stream().map(Json::line).collect(Collectors.joining()));
        Files.writeString(file.resolveSibling(out + ".csv"), result.csv());
        Files.writeString(file.resolveSibling(out + ".svg"), result.svg());
        stdout.print(result.markdown(levels));
        stdout.println("wrote " + file + ", " + out + ".csv and " + out + ".svg");
        stdout.flush();
        return 0;
    }

    private void check() {
        if (text != null && !Files.isRegularFile(text)) {
            throw new ParameterException(spec.commandLine(), text + ": no such file; give a text");
        }
        for (Path file : List.of(config, torchConfig)) {
            if (!Files.isRegularFile(file)) {
                throw new ParameterException(spec.commandLine(), file + ": no such file; call bench/learn from the"
                        + " project's directory");
            }
        }
        if (steps < 0 || evalInterval < 1 || threads < 1) {
            throw new ParameterException(spec.commandLine(), "--steps, --eval-interval and --threads: found " + steps
                    + ", " + evalInterval + " and " + threads + ", expected at least 0, 1 and 1");
        }
    }

    /** Lets one engine train to its end, alone. */
    private int race(Side side, LearnResult result) throws IOException {
        List<String> command = new ArrayList<>(List.of(java().toString()));
        if (side.isTorch()) {
            command.addAll(TorchProcess.jvmOptions(Machine.buildDirectory(),
                    side.engine.substring(LearnWorker.TORCH.length())));
        }
        command.addAll(List.of("-Dinkhorn.log=WARN", "-cp", System.getProperty("java.class.path"),
                "inkhorn.bench.learn.LearnWorker", side.engine, (side.isTorch() ? torchConfig : config).toString(),
                "" + steps, "" + evalInterval, "" + threads, Path.of("data", "sets").toString()));
        if (text != null) {
            command.add(text.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (side.isTorch()) {
            TorchProcess.setUp(builder.environment(), threads, torchEnvironment);
        }
        Process process = builder.start();
        Thread end = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(end);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(),
                StandardCharsets.UTF_8))) {
            follow(side, lines, result);
            int code = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(end);
            return code;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            process.destroy();
        }
    }

    private void follow(Side side, BufferedReader lines, LearnResult result) throws IOException {
        PrintWriter stderr = spec.commandLine().getErr();
        String told = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            LearnLine evaluation = Json.MAPPER.readValue(line, LearnLine.class);
            if (!told.equals(evaluation.description())) {
                told = evaluation.description();
                stderr.println(side.engine + ": " + told);
            }
            result.add(evaluation);
            stderr.println(String.format(Locale.ROOT, "%s: step %,d  %,.1f s  validation loss %.4f", side.engine,
                    evaluation.step(), evaluation.seconds(), evaluation.valLoss()));
            stderr.flush();
        }
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }
}
