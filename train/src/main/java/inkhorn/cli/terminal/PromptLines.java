package inkhorn.cli.terminal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Lines that the user types, with editing and history if there is a terminal. Ctrl-C also works between two lines. */
public final class PromptLines implements Closeable {

    private static final String PROMPT = "> ";

    /**
     * What cursor keys send outside application mode (ECMA-48), beside what the terminal's description says they send
     * within.
     */
    private static final Map<String, String> CURSOR_KEYS = Map.of(
            "\033[A", LineReader.UP_LINE_OR_SEARCH, "\033[B", LineReader.DOWN_LINE_OR_SEARCH,
            "\033[C", LineReader.FORWARD_CHAR, "\033[D", LineReader.BACKWARD_CHAR,
            "\033[H", LineReader.BEGINNING_OF_LINE, "\033[F", LineReader.END_OF_LINE);

    private final Terminal terminal;
    private final LineReader reader;

    PromptLines(Terminal terminal) {
        this.terminal = terminal;
        // A prompt is text: neither ! nor \ in it means anything.
        this.reader = LineReaderBuilder.builder().terminal(terminal)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.BRACKETED_PASTE, false).build();
        CURSOR_KEYS.forEach((sent, widget) -> reader.getKeyMaps().get(LineReader.MAIN)
                .bind(new Reference(widget), sent));
    }

    /** On the terminal if these are the program's own streams, else on the streams. */
    public static PromptLines open(InputStream in, OutputStream out) throws IOException {
        TerminalBuilder builder = TerminalBuilder.builder().encoding(StandardCharsets.UTF_8).dumb(true);
        if (in != System.in) {
            return new PromptLines(builder.streams(in, out).system(false).type("dumb").build());
        }
        // By stty where there is one: JLine's native library would be unpacked into /tmp, and be warned about on JDK 24
        // and later.
        boolean isWindows = System.getProperty("os.name").startsWith("Windows");
        return new PromptLines(builder.system(true).exec(!isWindows).jni(isWindows).jna(false).jansi(false).build());
    }

    /** The next line, which Ctrl-C starts anew; empty at the end of the input. */
    public Optional<String> next() {
        while (true) {
            try {
                return Optional.of(reader.readLine(PROMPT));
            } catch (UserInterruptException e) {
                continue;
            } catch (EndOfFileException e) {
                return Optional.empty();
            }
        }
    }

    /** What Ctrl-C does while no line is being typed. */
    public void onInterrupt(Runnable action) {
        terminal.handle(Terminal.Signal.INT, signal -> action.run());
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
