package inkhorn.cli;

import java.io.Console;

/** Whether somebody is watching. */
final class Terminal {

    private Terminal() {
    }

    /** Whether a bar that redraws itself makes sense on standard output. */
    static boolean isInteractive() {
        Console console = System.console();
        return console != null && isTerminal(console) && !"dumb".equals(System.getenv("TERM"));
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
