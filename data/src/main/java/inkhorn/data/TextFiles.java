package inkhorn.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a user's text file, or says in one line why not. */
final class TextFiles {
    /** A Java string and array cannot be longer. */
    private static final long LARGEST = Integer.MAX_VALUE - 8;

    private TextFiles() {}

    /**
     * @param what what led to the file, in front of a message: a config key such as {@code data.path}
     */
    static Utf8.Decoded read(Path file, String what) {
        requireReadable(file, what);
        try {
            long size = Files.size(file);
            if (size > LARGEST) {
                throw new DataException(what + ": " + file + " has " + size + " bytes, a text may have up to " + LARGEST
                        + "; split it and train on a part");
            }
            return Utf8.decode(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new DataException(what + ": " + file + " cannot be read (" + AtomicFiles.reason(e)
                    + "); give a UTF-8 text file that can", e);
        }
    }

    static void requireReadable(Path file, String what) {
        if (!Files.exists(file)) {
            throw new DataException(what + ": " + file + " does not exist; give the path of a UTF-8 text file");
        }
        if (Files.isDirectory(file)) {
            throw new DataException(what + ": " + file + " is a directory; give the path of one UTF-8 text file");
        }
        if (!Files.isReadable(file)) {
            throw new DataException(what + ": " + file + " cannot be read (permission denied); make it readable or give another file");
        }
    }
}
