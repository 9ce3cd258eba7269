package inkhorn.cli.options;

import inkhorn.config.UserError;
import inkhorn.data.files.RegularFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A text of moderate size that the user gives in a file or on standard input.
 *
 * @param option that names the file
 * @param noun   what the text is, for messages
 * @param piped  the command that reads it from standard input
 */
public record TextInput(String option, String noun, String piped) {

    /** In place of a text or a file: standard input. */
    public static final String STANDARD_INPUT = "-";

    /** More than any model reads at once. */
    private static final int MOST_BYTES = 16 << 20;

    /** @throws UserError where there is no such text */
    public String read(Path file) throws IOException {
        try {
            return decode(file.toString(), RegularFile.read(file, MOST_BYTES));
        } catch (NoSuchFileException e) {
            throw new UserError(option + ": " + file + ": no such file; give a text file, or - for standard input");
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? "cannot be read, permission denied" : e.getReason();
            throw new UserError(option + ": " + file + ": " + reason
                    + "; give a text file, or - for standard input, as in ... | java -jar train.jar " + piped);
        }
    }

    /** @throws UserError where it is too long or no text */
    public String read(InputStream standardInput) throws IOException {
        byte[] bytes = standardInput.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new UserError("standard input: the " + noun + " is larger than " + RegularFile.mebibytes(MOST_BYTES)
                    + ", the most that is read; give a shorter text");
        }
        return decode("standard input", bytes);
    }

    private String decode(String from, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new UserError(from + ": the " + noun + " is not UTF-8 text; convert it to UTF-8");
        }
    }
}
