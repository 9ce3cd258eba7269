package inkhorn.cli;

import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.machine.MachineReader;
import inkhorn.cli.options.GivenOptions;
import inkhorn.train.PeakMeter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.ParseResult;

/** The whole program in this JVM; keeps what it printed. A test may replace what it works with before it runs. */
final class Program {

    Context.Peaks peaks = PeakMeter::of;
    Context.Examination examination = MachineReader::read;
    Supplier<Shutdown> signals = Shutdown::install;
    Context.Children children = (words, share, output) -> {
        throw new IOException("no process in this test");
    };
    /** What standard output does besides. */
    Runnable onFlush = () -> { };

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();
    private final Path dataSets;

    /** For all but training. */
    Program() {
        this(Path.of("no", "data", "sets"));
    }

    /** With prepared data in {@code dataSets}. */
    Program(Path dataSets) {
        this.dataSets = dataSets;
    }

    int run(String... args) {
        return runWithInput("", args);
    }

    /** With this on standard input. */
    int runWithInput(String input, String... args) {
        return Cli.run(context(input, out), args);
    }

    /** With another standard output. */
    int runInto(OutputStream bytes, String... args) {
        return Cli.run(context("", bytes), args);
    }

    /** The command of a command line, with its options, before it runs. */
    <C> C parsed(Class<C> type, String... args) {
        return type.cast(parse(args).commandSpec().userObject());
    }

    GivenOptions given(String... args) {
        return new GivenOptions(parse(args));
    }

    private ParseResult parse(String... args) {
        ParseResult parsed = Cli.commandLine(context("", out), List.of(args)).parseArgs(args);
        return parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    }

    private Context context(String input, OutputStream bytes) {
        PrintStream lines = new PrintStream(bytes, true, StandardCharsets.UTF_8) {
            @Override
            public void flush() {
                super.flush();
                onFlush.run();
            }
        };
        return new Context(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), bytes, lines,
                new PrintWriter(err, true), dataSets, signals, peaks, examination, children);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString();
    }

    void clear() {
        out.reset();
        err.getBuffer().setLength(0);
    }
}
