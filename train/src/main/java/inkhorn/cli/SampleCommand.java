package inkhorn.cli;

import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.vector.PeakProbe;
import inkhorn.cli.context.Context;
import inkhorn.cli.options.AdapterOption;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.BeamOptions;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.PromptOptions;
import inkhorn.cli.options.StrategyOptions;
import inkhorn.cli.terminal.PromptLines;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import inkhorn.generate.Beams;
import inkhorn.generate.Speed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code sample}: writes the prompt and the text with which a trained model continues it, in UTF-8, each token as soon
 * as it is chosen.
 */
@Command(name = "sample", sortOptions = false, description = "Write text with a trained model.")
public final class SampleCommand implements Callable<Integer> {

    private static final double PROBE_SECONDS = 0.5;

    private final Context context;

    @Parameters(index = "0", paramLabel = "RUN_OR_CHECKPOINT",
            description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Mixin
    private AdapterOption adapter;

    @Mixin
    PromptOptions prompt;

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "500",
            description = "Tokens to write (default: ${DEFAULT-VALUE}).")
    private String tokens;

    @Option(names = "--num", paramLabel = "M", defaultValue = "1",
            description = "Texts to write (default: ${DEFAULT-VALUE}).")
    private String num;

    @Mixin
    private StrategyOptions strategy;

    @Mixin
    private BeamOptions beam;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337",
            description = "The same seed gives the same text (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Option(names = "--stop", paramLabel = "TEXT",
            description = "End a text before this text; may be given several times.")
    private List<String> stops = List.of();

    @Option(names = "--no-slide",
            description = "End a text when the model's context is full, instead of sliding the window.")
    private boolean noSlide;

    @Option(names = "--json",
            description = "One JSON object a text: text, token ids, log-probabilities, finish reason, timings.")
    private boolean json;

    @Option(names = "--no-cache",
            description = "Compute the whole context again for every token: the same text, much slower.")
    private boolean noCache;

    @Option(names = "--stats",
            description = "Print prefill and decode tokens/s, and the share of the memory's bandwidth, on standard"
                    + " error.")
    private boolean stats;

    @Mixin
    EngineOptions engine;

    SampleCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        TextWriter.Order order = order();
        Path directory = Arguments.path("RUN_OR_CHECKPOINT", from);
        PromptOptions.Prompt source = prompt.source();
        engine.start();
        TextWriter writer = new TextWriter(adapter.open(directory), order, this::write);
        try (Scope run = Scope.open()) {
            if (source.interactive()) {
                writeInteractively(writer);
            } else {
                writer.write(source.read(context.in()), () -> false);
            }
            if (stats) {
                context.err().println(writer.speed().describe(bandwidth(writer.speed())));
            }
        } catch (UncheckedIOException e) {
            // As after | head: the reader has enough, which is no failure.
            if (!"Broken pipe".equals(e.getCause().getMessage())) {
                throw e;
            }
        }
        return 0;
    }

    /** What to write, by the options. */
    TextWriter.Order order() {
        StrategyOptions.Strategy chosen = strategy.strategy(beam.beams());
        int texts = (int) Arguments.whole("--num", num, 1);
        int most = chosen.beams().map(Beams::width).orElse(texts);
        if (texts > most) {
            throw new UserError("--num: found " + num + ", expected at most " + most
                    + ", the number of beams; raise --beam");
        } else if (stops.contains("")) {
            throw new UserError("--stop: found nothing, expected a text of at least one character; leave it out to stop"
                    + " at none");
        }
        return new TextWriter.Order(chosen, (int) Arguments.whole("--tokens", tokens, 1), texts, Arguments.seed(seed),
                List.copyOf(stops), !noSlide, json, !noCache);
    }

    /** A prompt, its text, the next prompt, until the input ends. Each text has random numbers of its own. */
    private void writeInteractively(TextWriter writer) throws IOException {
        AtomicBoolean isInterrupted = new AtomicBoolean();
        try (PromptLines lines = PromptLines.open(context.in(), context.bytes())) {
            lines.onInterrupt(() -> isInterrupted.set(true));
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                isInterrupted.set(false);
                try {
                    writer.write(line.get(), isInterrupted::get);
                } catch (DataException | UserError e) {
                    // A slip of the keyboard does not end the program.
                    write("error: " + e.getMessage() + "\n");
                }
            }
        }
    }

    /**
     * Of reading as much as a step does, so that what caches hold of the model they hold here too, as far as the heap
     * allows. A limit that the steps have exceeded is measured once more: other programs worked beside the first
     * measurement.
     */
    private static double bandwidth(Speed speed) {
        if (speed.bytesOfStep() == 0) {
            return 0;
        }
        long bytes = Math.min(speed.bytesOfStep(), Runtime.getRuntime().maxMemory() / 4);
        try (PeakProbe probe = new PeakProbe(KernelProvider.kernels().threads())) {
            double measured = probe.readBytesPerSecond(bytes, PROBE_SECONDS);
            return measured >= speed.bytesPerSecond() ? measured : probe.readBytesPerSecond(bytes, PROBE_SECONDS);
        }
    }

    private void write(String text) {
        try {
            context.bytes().write(text.getBytes(StandardCharsets.UTF_8));
            context.bytes().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
