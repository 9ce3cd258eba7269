package inkhorn.config;

import java.util.List;

/**
 * Thrown if an input of the user cannot be used: a config, an option or a file. The message is written for the user,
 * with one line for each problem, and needs no stack trace. {@code inkhorn.cli} prints it and exits with 2.
 */
public class UserError extends RuntimeException {
    private final transient List<String> lines;

    /** @param line what was found, what is allowed, what to do: one line */
    public UserError(String line) {
        this(List.of(line));
    }

    /** @param lines one line a problem, at least one */
    public UserError(List<String> lines) {
        super(String.join("\n", lines));
        this.lines = List.copyOf(lines);
    }

    /** The message, one line a problem. */
    public final List<String> lines() {
        return lines;
    }
}
