package inkhorn.cli;

import inkhorn.cli.terminal.PromptLines;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** {@code sample --interactive}: a prompt, its text, the next prompt. */
final class PromptLoop {

    private PromptLoop() {
    }

    /** Until the input ends. Each prompt is a text of its own, with random numbers of its own. */
    static void run(PromptLines lines, TextWriter writer, Consumer<String> out) {
        AtomicBoolean isInterrupted = new AtomicBoolean();
        lines.onInterrupt(() -> isInterrupted.set(true));
        for (Optional<String> prompt = lines.next(); prompt.isPresent(); prompt = lines.next()) {
            isInterrupted.set(false);
            try {
                writer.write(prompt.get(), isInterrupted::get);
            } catch (DataException | UserError e) {
                // A slip of the keyboard does not end the program.
                out.accept("error: " + e.getMessage() + "\n");
            }
        }
    }
}
