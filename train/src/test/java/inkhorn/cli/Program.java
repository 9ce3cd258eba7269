package inkhorn.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** The program with the real sample and parity commands, in this JVM; keeps what it printed. */
final class Program {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    int run(String... args) {
        Jobs jobs = new Jobs(request -> 0, new SampleJob(out), new ParityJob(new PrintStream(out, true, StandardCharsets.UTF_8)));
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
