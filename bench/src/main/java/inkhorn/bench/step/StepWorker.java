package inkhorn.bench.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.vector.PeakProbe;
import inkhorn.bench.ModelCase;
import inkhorn.bench.torch.TorchProcess;
import inkhorn.cli.launch.ParentWatch;
import inkhorn.cli.launch.Relaunch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One side of the comparison in a process of its own. It does what it is told on standard input, one line a command,
 * and answers each with a line that starts with {@code =}, or {@code !} where it failed; between commands nothing of it
 * runs.
 */
public final class StepWorker {
    static final String INKHORN = "inkhorn";
    static final String TORCH = "torch-";

    private final Training training;
    private final ModelCase model;
    private final int threads;
    private final long emptyBytes;
    private long steps;

    private StepWorker(String engine, ModelCase model, int threads, Engine.Precision precision,
                       boolean recomputesBlocks) throws IOException {
        this.model = model;
        this.threads = threads;
        if (engine.startsWith(TORCH)) {
            TorchProcess.load(threads, engine.substring(TORCH.length()), Recipe.SEED);
            emptyBytes = highWaterMark("self");
            training = new TorchTraining(model, precision);
        } else {
            KernelProvider.choose(threads);
            emptyBytes = highWaterMark("self");
            training = new InkhornTraining(model, recomputesBlocks);
        }
    }

    /**
     * Arguments: {@code inkhorn} or {@code torch-MKL} or {@code torch-OpenBLAS}, the model's name, threads, whether to
     * keep the model's dropout, the precision, whether Inkhorn recomputes blocks.
     */
    public static void main(String[] args) throws IOException {
        if (args[0].equals(INKHORN)) {
            Integer code = Relaunch.run("inkhorn.bench.step.StepWorker", args);
            if (code != null) {
                System.exit(code);
            }
            ParentWatch.start();
        }
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        int code = 0;
        try {
            ModelCase named = ModelCase.named(args[1]);
            ModelCase model = Boolean.parseBoolean(args[3]) ? named : named.withoutDropout();
            StepWorker worker = new StepWorker(args[0], model, Integer.parseInt(args[2]),
                    Engine.Precision.valueOf(args[4]), args.length > 5 && Boolean.parseBoolean(args[5]));
            answers.println("= " + worker.training.description());
            worker.serve(answers);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            answers.println("! " + String.valueOf(e).replace('\n', ' '));
            code = 1;
        }
        System.exit(code);
    }

    private void serve(PrintStream answers) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null && !line.equals("quit"); line = commands.readLine()) {
            answers.println("= " + answer(line.split(" ", 2)[0], line.substring(line.indexOf(' ') + 1)));
        }
    }

    private String answer(String command, String argument) throws IOException {
        switch (command) {
            case "steps":
                return steps(Integer.parseInt(argument));
            case "memory":
                long launcher = ParentWatch.parent() < 0 ? 0 : highWaterMark("" + ParentWatch.parent());
                return highWaterMark("self") + " " + launcher + " " + emptyBytes;
            case "peak":
                try (PeakProbe probe = new PeakProbe(threads)) {
                    return "" + probe.flopsPerSecond(Double.parseDouble(argument));
                }
            case "flops":
                return "" + ((InkhornTraining) training).flopsPerStep();
            case "profile":
                String[] numbers = argument.split(" ");
                return new ObjectMapper().writeValueAsString(Profile.of(training, model, threads,
                        Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1])));
            case "save":
                ((InkhornTraining) training).save(Path.of(argument));
                return "saved";
            case "load":
                ((TorchTraining) training).load(Path.of(argument));
                return "loaded";
            default:
                throw new IllegalArgumentException("no such command: " + command);
        }
    }

    /** Runs steps; answers {@code milliseconds:loss} of each. */
    private String steps(int count) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < count; i++) {
            long before = System.nanoTime();
            double loss = training.step(steps++);
            line.append(i == 0 ? "" : " ").append((System.nanoTime() - before) * 1e-6).append(':').append(loss);
        }
        return line.toString();
    }

    /** The most memory that a process has had in RAM, in bytes; 0 where the system does not tell. */
    private static long highWaterMark(String process) throws IOException {
        Path status = Path.of("/proc", process, "status");
        if (!Files.exists(status)) {
            return 0;
        }
        List<String> lines = Files.readAllLines(status);
        String digits = lines.stream().filter(l -> l.startsWith("VmHWM:")).map(l -> l.replaceAll("[^0-9]", ""))
                .collect(Collectors.joining());
        return digits.isEmpty() ? 0 : 1024 * Long.parseLong(digits);
    }
}
