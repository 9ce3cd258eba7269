package inkhorn.bench.decode;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.vector.PeakProbe;
import inkhorn.bench.ModelCase;
import inkhorn.bench.Statistics;
import inkhorn.generate.CachedLogits;
import inkhorn.generate.NextLogits;
import inkhorn.generate.PlainLogits;
import inkhorn.generate.Sampler;
import inkhorn.generate.Speed;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Pass;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bench decode}: tokens a second with and without the cache, beside what the memory's bandwidth allows. */
@Command(name = "decode", mixinStandardHelpOptions = true, showDefaultValues = true,
        description =
                "Writing with a model of random weights: tokens a second, and the share of the measured bandwidth.")
public final class DecodeCommand implements Callable<Integer> {
    /** What a prompt must hold for its prefill to be one pass worth measuring. */
    private static final int PROMPT = 200;

    private static final int PLAIN_TOKENS = 12;

    @Parameters(paramLabel = "MODEL", arity = "0..*",
            description = "char (10.7 M), gpt2 (124 M); both if none is named")
    private List<String> models = List.of("char", "gpt2");

    @Option(names = "--batch", description = "Texts written side by side.")
    private int[] batches = {1, 5};

    @Option(names = "--seconds", description = "Of each measurement with the cache, after as much warming up.")
    private double seconds = 2;

    @Option(names = "--threads", description = "Threads of the kernels.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            models.forEach(DecodeCommand::config);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        KernelProvider.choose(threads);
        PrintWriter out = spec.commandLine().getOut();
        out.println(KernelProvider.describeChoice());
        for (String name : models) {
            Gpt gpt = new Gpt(config(name), new Rng(1));
            try (Scope run = Scope.open()) {
                firstToken(name, gpt, out);
                for (int batch : batches) {
                    measure(name, gpt, batch, out);
                }
            }
        }
        return 0;
    }

    /** The first token after a prompt beside the forward pass that training makes of the same tokens, in turn. */
    private void firstToken(String name, Gpt gpt, PrintWriter out) {
        int[][] prompt = prompts(gpt, 1);
        IntTensor ids = IntTensor.of(prompt[0], 1, PROMPT);
        List<Double> first = new ArrayList<>();
        List<Double> forward = new ArrayList<>();
        try (NextLogits logits = new CachedLogits(gpt)) {
            long start = System.nanoTime();
            while ((System.nanoTime() - start) * 1e-9 < 3 * seconds) {
                long before = System.nanoTime();
                logits.start(prompt);
                long between = System.nanoTime();
                try (Scope pass = Scope.open()) {
                    gpt.loss(ids, ids, Pass.training(new Rng(first.size())));
                }
                first.add((between - before) * 1e-6);
                forward.add((System.nanoTime() - between) * 1e-6);
            }
        }
        double firstMs = medianOfSecondHalf(first);
        double forwardMs = medianOfSecondHalf(forward);
        out.printf(Locale.ROOT, "%s, first token of a prompt of %d: %.1f ms; training forward %.1f ms; %.2f of it%n",
                name, PROMPT, firstMs, forwardMs, firstMs / forwardMs);
        out.flush();
    }

    /** The compiler works during the first half. */
    private static double medianOfSecondHalf(List<Double> values) {
        return Statistics.median(values.stream().skip(values.size() / 2).mapToDouble(Double::doubleValue).toArray());
    }

    private void measure(String name, Gpt gpt, int batch, PrintWriter out) {
        Speed warmUp = new Speed();
        write(new CachedLogits(gpt), gpt, batch, seconds, Integer.MAX_VALUE, warmUp);
        Bandwidth before = bandwidth(warmUp.bytesOfStep());
        Speed cached = new Speed();
        write(new CachedLogits(gpt), gpt, batch, seconds, Integer.MAX_VALUE, cached);
        Bandwidth after = bandwidth(warmUp.bytesOfStep());
        out.printf(Locale.ROOT, "%s, batch %d: %s%n", name, batch,
                cached.describe((before.reading + after.reading) / 2));
        double updating = (before.updating + after.updating) / 2;
        out.printf(Locale.ROOT, "%s, batch %d: %.0f %% of the %.1f GB/s that are read and written in an update%n",
                name, batch, 100 * cached.bytesPerSecond() / updating, updating * 1e-9);
        Speed plain = new Speed();
        write(new PlainLogits(gpt), gpt, batch, seconds, PLAIN_TOKENS, plain);
        out.printf(Locale.ROOT, "%s, batch %d, no cache: %.2f tokens/s; with the cache %.1f times that%n", name, batch,
                plain.tokensPerSecond(), cached.tokensPerSecond() / plain.tokensPerSecond());
        out.flush();
    }

    /** Starts over where the block is full, so that no window moves: prompts of 200 tokens, contexts of 200 to 256. */
    private static void write(NextLogits logits, Gpt gpt, int batch, double seconds, int most, Speed speed) {
        int[][] prompts = prompts(gpt, batch);
        int[] all = new int[batch];
        Arrays.setAll(all, i -> i);
        long start = System.nanoTime();
        int written = 0;
        try (NextLogits measured = speed.measured(logits)) {
            while (written < most && (System.nanoTime() - start) * 1e-9 < seconds) {
                float[][] rows = measured.start(prompts);
                for (int t = PROMPT; t < 256 && written < most && (System.nanoTime() - start) * 1e-9 < seconds; t++,
                        written++) {
                    int[] tokens = new int[batch];
                    for (int i = 0; i < batch; i++) {
                        tokens[i] = Sampler.greedy().choose(rows[i], 0);
                    }
                    rows = measured.next(all, tokens);
                }
            }
        }
    }

    private static int[][] prompts(Gpt gpt, int batch) {
        int[][] prompts = new int[batch][PROMPT];
        for (int i = 0; i < batch; i++) {
            int first = i;
            Arrays.setAll(prompts[i], t -> (t * 31 + first * 7) % gpt.vocabSize());
        }
        return prompts;
    }

    /** Bytes a second of reading as much as a step does, and of an update of 128 MiB. */
    private record Bandwidth(double reading, double updating) {}

    private Bandwidth bandwidth(long bytes) {
        try (PeakProbe probe = new PeakProbe(threads)) {
            return new Bandwidth(probe.readBytesPerSecond(bytes, 0.5), probe.bytesPerSecond(0.5));
        }
    }

    private static GptConfig config(String name) {
        return switch (name) {
            case "char" -> ModelCase.named(name).withoutDropout().config();
            case "gpt2" -> ModelCase.named(name).config().withBlockSize(1024).withActivation(Activation.GELU_TANH);
            default -> throw new IllegalArgumentException(name + ": no such model; there are char, gpt2");
        };
    }
}
