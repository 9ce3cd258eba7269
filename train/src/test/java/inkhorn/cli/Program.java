package inkhorn.cli;

import inkhorn.cli.launch.Shutdown;
import inkhorn.train.PeakMeter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The program with its real commands, in this JVM; keeps what it printed. */
final class Program {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    private final Job<TrainCommand.Request> train;
    private final Path dataSets;

    /** For all but training. */
    Program() {
        train = request -> 0;
        dataSets = Path.of("no", "data", "sets");
    }

    /** With prepared data in {@code dataSets}. */
    Program(Path dataSets) {
        this(dataSets, PeakMeter::of);
    }

    Program(Path dataSets, TrainJob.PeakMeters peaks) {
        train = new TrainJob(new PrintStream(out, true, StandardCharsets.UTF_8), dataSets, peaks, Shutdown::install);
        this.dataSets = dataSets;
    }

    int run(String... args) {
        return runWithInput("", args);
    }

    /** With this on standard input. */
    int runWithInput(String input, String... args) {
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        PrintStream lines = new PrintStream(out, true, StandardCharsets.UTF_8);
        Jobs jobs = new Jobs(train, new SampleJob(in, out), new ParityJob(lines), request -> 0, new PrepareJob(lines), new InspectDataJob(lines),
                new TokenizeJob(in, lines, dataSets), new DescribeJob(lines, dataSets), new ExplainJob(lines), new NeighboursJob(lines),
                new AttentionJob(lines));
        return Cli.run(jobs, new PrintWriter(out, true, StandardCharsets.UTF_8), new PrintWriter(err, true), args);
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
