package inkhorn.cli;

import inkhorn.config.UserError;
import inkhorn.data.RegularFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Where the text to go on from comes from. */
final class PromptOptions {

    /** In place of a text or a file: standard input. */
    static final String STANDARD_INPUT = "-";

    /** More than any model reads at once. */
    private static final int MOST_BYTES = 16 << 20;

    @Option(names = "--prompt", paramLabel = "TEXT",
            description = "Text to go on from; - reads standard input (default: <|endoftext|>, or a line break where there is none).")
    private String prompt;

    @Option(names = "--prompt-file", paramLabel = "FILE", description = "A file with the text to go on from, in UTF-8; - is standard input.")
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
    public record Source(String text, Path file, boolean interactive) {

        /** @throws UserError where there is no such text */
        String read(InputStream standardInput) throws IOException {
            if (file != null) {
                return decode(file.toString(), bytes());
            }
            return text != null ? text : decode("standard input", bytes(standardInput));
        }

        private byte[] bytes() throws IOException {
            try {
                return RegularFile.read(file, MOST_BYTES);
            } catch (NoSuchFileException e) {
                throw new UserError("--prompt-file: " + file + ": no such file; give a text file, or - for standard input");
            } catch (FileSystemException e) {
                String reason = e.getReason() == null ? "cannot be read, permission denied" : e.getReason();
                throw new UserError("--prompt-file: " + file + ": " + reason + "; give a text file, or - for standard input, as in"
                        + " ... | java -jar train.jar sample RUN --prompt-file -");
            }
        }

        private static byte[] bytes(InputStream standardInput) throws IOException {
            byte[] bytes = standardInput.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new UserError("standard input: the prompt is larger than " + RegularFile.mebibytes(MOST_BYTES)
                        + ", the most that is read; give a shorter text");
            }
            return bytes;
        }

        private static String decode(String from, byte[] bytes) {
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            } catch (CharacterCodingException e) {
                throw new UserError(from + ": the prompt is not UTF-8 text; convert it to UTF-8");
            }
        }
    }

    Source source() {
        List<String> given = new ArrayList<>();
        given.addAll(prompt == null ? List.of() : List.of("--prompt"));
        given.addAll(file == null ? List.of() : List.of("--prompt-file"));
        given.addAll(interactive ? List.of("--interactive") : List.of());
        if (given.size() > 1) {
            throw new UserError(String.join(" and ", given) + ": expected one of them; leave out the others");
        }
        if (file != null && !file.equals(STANDARD_INPUT)) {
            return new Source(null, Arguments.path("--prompt-file", file), false);
        }
        boolean isStandardInput = file != null || STANDARD_INPUT.equals(prompt);
        return new Source(isStandardInput ? null : prompt == null ? "" : prompt, null, interactive);
    }
}
