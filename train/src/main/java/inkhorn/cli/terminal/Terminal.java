package inkhorn.cli.terminal;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

/** Tells whether standard output is a terminal, and how wide it is. */
final class Terminal {

    private static final int UNKNOWN_WIDTH = 79;

    private Terminal() {
    }

    /** Whether a bar that redraws itself makes sense on standard output. */
    static boolean isInteractive() {
        Console console = System.console();
        return console != null && isTerminal(console) && !"dumb".equals(System.getenv("TERM"));
    }

    /** Columns of the terminal at standard input, less one; 79 if it does not tell. */
    static int width() {
        // The bar's own way would unpack JLine's native library into /tmp, and be warned about on JDK 24 and later.
        try {
            Process stty = new ProcessBuilder("stty", "size").redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try (Scanner size = new Scanner(stty.getInputStream(), StandardCharsets.US_ASCII)) {
                int columns = size.hasNextInt() && size.nextInt() >= 0 && size.hasNextInt() ? size.nextInt() : 0;
                return columns > 20 ? columns - 1 : UNKNOWN_WIDTH;
            }
        } catch (IOException e) {
            return UNKNOWN_WIDTH;
        }
    }

    private static boolean isTerminal(Console console) {
        try {
            // Since JDK 22 there may be a console without a terminal, and this method to tell.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
