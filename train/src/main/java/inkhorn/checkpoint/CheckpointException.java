package inkhorn.checkpoint;

import inkhorn.data.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What went wrong with a checkpoint, a tensor file, a run's lock or its log, in one line for the user: it names the
 * file and ends with what to do.
 *
 * <p>{@link #isUserError()} tells the two kinds apart: input that the user named and can change (a wrong path, a
 * damaged file, a directory in use: exit code 2), and a run that could not go on (a full disk, a failed write: exit
 * code 1).
 */
public final class CheckpointException extends RuntimeException {
    private final boolean userError;

    private CheckpointException(String message, Throwable cause, boolean userError) {
        // Parts of the message come out of files: a control character in them must not break the line or drive the
        // terminal.
        super(message.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " "), cause);
        this.userError = userError;
    }

    /** The user's input is wrong. */
    public static CheckpointException userError(String message) {
        return new CheckpointException(message, null, true);
    }

    /** The user's input is wrong; {@code cause} is for {@code --debug}. */
    public static CheckpointException userError(String message, Throwable cause) {
        return new CheckpointException(message, cause, true);
    }

    /** The run failed at something that no other input would have helped. */
    public static CheckpointException runFailure(String message, Throwable cause) {
        return new CheckpointException(message, cause, false);
    }

    /** True where the user's input is at fault (exit code 2), false where the run failed (exit code 1). */
    public boolean isUserError() {
        return userError;
    }

    /** The user's error that a file or directory cannot be read. */
    public static CheckpointException unreadable(Path path, IOException e) {
        return userError(path + ": cannot be read (" + reason(e) + "); check the path and its permissions", e);
    }

    /** Text out of a file in quotes, cut to a length that leaves the message one line. */
    public static String quote(String text) {
        return '"' + (text.length() <= 120 ? text : text.substring(0, 120) + "…") + '"';
    }

    /** See {@link AtomicFiles#reason}. */
    public static String reason(Throwable e) {
        return AtomicFiles.reason(e);
    }
}
