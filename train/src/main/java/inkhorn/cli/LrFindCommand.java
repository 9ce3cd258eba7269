package inkhorn.cli;

import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.launch.Stopped;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.ConfigOptions;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.FormatOptions;
import inkhorn.cli.options.KeyOption;
import inkhorn.cli.terminal.TextChart;
import inkhorn.cli.terminal.TextTable;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.files.Json;
import inkhorn.data.prepare.PreparedData;
import inkhorn.nn.LanguageModel;
import inkhorn.report.LrCurve;
import inkhorn.train.InitialWeights;
import inkhorn.train.LrRangeTest;
import inkhorn.train.Models;
import inkhorn.train.WarmUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lr-find}: which learning rates a config learns with. */
@Command(name = LrFindCommand.NAME, sortOptions = false,
        customSynopsis = "java -jar train.jar lr-find CONFIG [--KEY=VALUE...] [OPTIONS]",
        description = "Show the loss while the learning rate rises from step to step, and suggest one (Smith 2017)."
                + " No run is written.")
public final class LrFindCommand implements Callable<Integer> {

    static final String NAME = "lr-find";

    private static final double ABOVE_THE_FIRST = 1.3;
    private static final int LINES = 10;

    private final Context context;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "CONFIG", description = "A YAML file; see configs/ and docs/config.md.")
    private String config;

    @Mixin
    private KeyOption keys;

    @Option(names = "--min", paramLabel = "LR", defaultValue = "1e-6",
            description = "The first learning rate (default: ${DEFAULT-VALUE}).")
    private String min;

    @Option(names = "--max", paramLabel = "LR", defaultValue = "1",
            description = "The last learning rate (default: ${DEFAULT-VALUE}).")
    private String max;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "200",
            description = "Steps from the first to the last, where the loss does not diverge before (default:"
                    + " ${DEFAULT-VALUE}).")
    private String steps;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write a picture, for light and dark.")
    private String svg;

    @Mixin
    private FormatOptions format;

    @Mixin
    private EngineOptions engine;

    LrFindCommand(Context context) {
        this.context = context;
    }

    /** The JSON object's form; suggestions are null where the loss did not fall. */
    private record Found(String config, String optimizer, long seed, LrRangeTest.Range range, boolean diverged,
            boolean stillFalling, Double steepest, Double minimum, Double minimumTenth, List<Step> points) {
    }

    /** A row of the table. */
    private record Step(long step, double lr, double loss, double smoothed) {
    }

    @Override
    public Integer call() throws IOException {
        keys.requireNotGiven();
        FormatOptions.Format output = format.format();
        LrRangeTest.Range range = range();
        Path picture = svg == null ? null : Arguments.path("--svg", svg);
        RunConfig tested = tested(range);
        Shutdown shutdown = context.signals().get();
        engine.start();
        LrRangeTest.Outcome outcome;
        try (WarmUp warmUp = WarmUp.start(tested.model())) {
            outcome = test(tested, range, shutdown, warmUp, output);
            shutdown.check();
        } catch (Stopped e) {
            context.err().println("stopped; nothing was written");
            return shutdown.exitCode();
        }
        if (outcome.points().isEmpty()) {
            throw new UserError("--min: found " + min + ", at which the first step already fails; give a smaller one");
        }
        LrCurve curve = LrCurve.of(outcome);
        if (picture != null) {
            Files.writeString(picture, curve.svg());
        }
        context.print(switch (output) {
            case JSON -> Json.pretty(found(tested, range, curve));
            case CSV -> table(curve).csv();
            default -> text(tested, curve);
        });
        return 0;
    }

    private LrRangeTest.Range range() {
        double from = Arguments.decimal("--min", min, "a number > 0", value -> value > 0);
        double to = Arguments.decimal("--max", max, "a number above --min, which is " + min, value -> value > from);
        return new LrRangeTest.Range(from, to, (int) Arguments.whole("--steps", steps, 10));
    }

    private RunConfig tested(LrRangeTest.Range range) {
        Path file = Arguments.path("CONFIG", config);
        Map<String, String> given = ConfigOptions.given(spec);
        // Once as it stands, so that what is wrong with it is said; then without what would end the test.
        ConfigLoader.load(file, given, InitialWeights::inherited, note -> { });
        Map<String, String> keys = new LinkedHashMap<>(given);
        keys.putAll(LrRangeTest.keys(range));
        return ConfigLoader.load(file, keys, InitialWeights::inherited, note -> { });
    }

    private LrRangeTest.Outcome test(RunConfig tested, LrRangeTest.Range range, Shutdown shutdown, WarmUp warmUp,
            FormatOptions.Format output) {
        PreparedData data = TrainingData.of(tested.data(), engine.threads(), context, shutdown);
        data.requireWindows(tested.model().gpt().blockSize());
        shutdown.check();
        LanguageModel model = Models.create(tested.model(), data.tokenizer().vocabSize(), tested.run().seed());
        if (tested.model().initFrom() != null) {
            InitialWeights.load(model, data.tokenizer(), Path.of(tested.model().initFrom()));
        }
        Models.trainable(model, tested);
        warmUp.await();
        shutdown.check();
        int every = Math.max(1, range.steps() / LINES);
        return LrRangeTest.run(tested, model, data, range, shutdown, point -> {
            if (point.step() % every == 0 && output == FormatOptions.Format.TEXT) {
                context.out().printf(Locale.ROOT, "step %d of %d  lr %.2e  loss %.4f%n", point.step(), range.steps(),
                        point.lr(), point.loss());
            }
        });
    }

    private static String text(RunConfig tested, LrCurve curve) {
        StringBuilder text = new StringBuilder("\nsmoothed loss against the learning rate, "
                + tested.optim().optimizer().name().toLowerCase(Locale.ROOT) + "\n");
        double[] smoothed = Arrays.stream(curve.smoothed()).map(loss -> Double.isFinite(loss) ? loss : 1e9).toArray();
        text.append(TextChart.overDecades(curve.lrs(), smoothed, smoothed[0] * ABOVE_THE_FIRST)).append('\n');
        double last = curve.lrs()[curve.lrs().length - 1];
        if (curve.diverged()) {
            text.append(String.format(Locale.ROOT, "diverged at %.2e%n", last));
        }
        if (curve.minimum().isEmpty()) {
            return text.append("no suggestion: the loss did not fall; give a larger --max, a smaller --min or more"
                    + " --steps\n").toString();
        }
        curve.steepest().ifPresent(lr -> text.append(String.format(Locale.ROOT,
                "the loss falls fastest at %.1e: --optim.lr=%.1e%n", lr, lr)));
        curve.minimumTenth().ifPresent(lr -> text.append(String.format(Locale.ROOT,
                "the loss is lowest at %.1e, a tenth of which is --optim.lr=%.1e%n", lr * 10, lr)));
        if (curve.isStillFalling()) {
            text.append(String.format(Locale.ROOT, "the loss still falls at %.1e: a larger --max tells more%n", last));
        }
        return text.toString();
    }

    private Found found(RunConfig tested, LrRangeTest.Range range, LrCurve curve) {
        return new Found(config, tested.optim().optimizer().name().toLowerCase(Locale.ROOT), tested.run().seed(), range,
                curve.diverged(), curve.isStillFalling(), orNull(curve.steepest()), orNull(curve.minimum()),
                orNull(curve.minimumTenth()), rows(curve));
    }

    private static Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private static List<Step> rows(LrCurve curve) {
        return IntStream.range(0, curve.lrs().length).mapToObj(i -> new Step(i + 1, curve.lrs()[i], curve.losses()[i],
                curve.smoothed()[i])).toList();
    }

    private static TextTable<Step> table(LrCurve curve) {
        return TextTable.of("steps", rows(curve)).whole("step", Step::step).decimal("lr", "0.00E0", Step::lr)
                .decimal("loss", "0.0000", Step::loss).decimal("smoothed", "0.0000", Step::smoothed);
    }
}
