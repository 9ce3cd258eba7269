package inkhorn.data.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs at debug level which files are read and written, and how large they are. */
public final class FileTrace {
    private static final Logger LOG = LoggerFactory.getLogger(FileTrace.class);

    private FileTrace() {}

    /** A file is about to be read, or mapped into memory. */
    public static void read(Path file) {
        log("read", file);
    }

    /** A file was written whole. */
    public static void wrote(Path file) {
        log("wrote", file);
    }

    private static void log(String what, Path file) {
        if (!LOG.isDebugEnabled()) {
            return;
        }
        try {
            LOG.debug("{} {}, {} bytes", what, file, Files.size(file));
        } catch (IOException e) {
            LOG.debug("{} {}, of unknown size", what, file);
        }
    }
}
