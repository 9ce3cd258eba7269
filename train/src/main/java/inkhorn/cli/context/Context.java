package inkhorn.cli.context;

import inkhorn.cli.launch.ChildProgram;
import inkhorn.cli.launch.MpiEnvironment;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.machine.MachineFacts;
import inkhorn.cli.machine.MachineReader;
import inkhorn.train.PeakMeter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * The environment of a command: everything that it uses besides its command line. Tests run the whole program with a
 * context of their own.
 *
 * @param in       standard input
 * @param bytes    standard output for texts, which are UTF-8 whatever the locale's encoding is
 * @param out      standard output for messages, in the locale's encoding
 * @param err      standard error
 * @param dataSets {@code data/sets}
 * @param signals  takes over the signals of the process
 * @param peaks    makes the meter that compares a run with the machine's peak
 * @param examination measures this machine
 * @param children starts the program beside this process
 */
public record Context(InputStream in, OutputStream bytes, PrintStream out, PrintWriter err, Path dataSets,
        Supplier<Shutdown> signals,
               Peaks peaks, Examination examination, Children children) {

    private static final String PROGRAM = "inkhorn.cli.Main";

    /** See {@link PeakMeter#of}. */
    @FunctionalInterface
    public interface Peaks {
        PeakMeter of(int threads, DoubleSupplier flopsPerToken);
    }

    /** See {@link MachineReader#read}. */
    @FunctionalInterface
    public interface Examination {
        MachineFacts of(int threads, boolean scalar);
    }

    /** See {@link ChildProgram#start}. */
    @FunctionalInterface
    public interface Children {
        Process start(List<String> words, int share, Path output) throws IOException;
    }

    /** The process's own. */
    public static Context ofProcess() {
        return new Context(System.in, new FileOutputStream(FileDescriptor.out), System.out,
                new PrintWriter(System.err, true),
                Path.of("data", "sets"), Shutdown::install, PeakMeter::of, MachineReader::read,
                (words, share, output) -> ChildProgram.start(PROGRAM, words, share, output));
    }

    /** Prints what the user may want to know on {@link #err}; of several processes only the first does. */
    public void note(String line) {
        if (new MpiEnvironment(System.getenv()).rank() == 0) {
            err.println("note: " + line);
        }
    }

    /** Prints a whole text on {@link #bytes}. */
    public void print(String text) {
        PrintStream out = text();
        out.print(text);
        out.flush();
    }

    /** {@link #bytes} for a command that prints characters and then flushes. */
    public PrintStream text() {
        return new PrintStream(bytes, false, StandardCharsets.UTF_8);
    }
}
