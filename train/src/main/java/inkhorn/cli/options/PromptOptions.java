package inkhorn.cli.options;

import inkhorn.config.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options for the source of the prompt. */
public final class PromptOptions {

    private static final TextInput INPUT = new TextInput("--prompt-file", "prompt", "sample RUN --prompt-file -");

    @Option(names = "--prompt", paramLabel = "TEXT",
            description = "Text to continue; - reads standard input (default: <|endoftext|>, or a line break where"
                    + " there is none).")
    private String prompt;

    @Option(names = "--prompt-file", paramLabel = "FILE",
            description = "A file with the text to continue, in UTF-8; - is standard input.")
    private String file;

    @Option(names = "--interactive", description = "Ask for prompts. Ctrl-C stops a text, Ctrl-D ends the program.")
    private boolean interactive;

    /**
     * A prompt that is not read yet.
     *
     * @param text        or null
     * @param file        or null
     * @param interactive whether to ask, again and again, instead
     */
    public record Prompt(String text, Path file, boolean interactive) {

        /** @throws UserError where there is no such text */
        public String read(InputStream standardInput) throws IOException {
            return file != null ? INPUT.read(file) : text != null ? text : INPUT.read(standardInput);
        }
    }

    public Prompt source() {
        List<String> given = new ArrayList<>();
        given.addAll(prompt == null ? List.of() : List.of("--prompt"));
        given.addAll(file == null ? List.of() : List.of("--prompt-file"));
        given.addAll(interactive ? List.of("--interactive") : List.of());
        if (given.size() > 1) {
            throw new UserError(String.join(" and ", given) + ": expected one of them; leave out the others");
        }
        if (file != null && !file.equals(TextInput.STANDARD_INPUT)) {
            return new Prompt(null, Arguments.path("--prompt-file", file), false);
        }
        boolean isStandardInput = file != null || TextInput.STANDARD_INPUT.equals(prompt);
        return new Prompt(isStandardInput ? null : prompt == null ? "" : prompt, null, interactive);
    }
}
