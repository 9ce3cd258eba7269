package inkhorn.data.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Checks that a path which a user gives is a regular file before it is opened. Opening a pipe would wait for a writer,
 * perhaps for ever, and a device such as {@code /dev/zero} has no end.
 */
public final class RegularFile {
    private static final Path DESCRIPTORS = Path.of("/dev/fd");

    private RegularFile() {}

    /**
     * Does nothing if there is a regular file, or a link to one.
     *
     * @throws NoSuchFileException if there is nothing
     * @throws FileSystemException if there is something else; its reason says what
     */
    public static void require(Path file) throws IOException {
        if (Files.isRegularFile(file)) {
            return;
        } else if (!Files.exists(file) && file.startsWith(DESCRIPTORS)) {
            // The shell's <(...): the second JVM does not inherit it.
            throw new FileSystemException(file.toString(), null, "it is a pipe of the shell, not a regular file");
        } else if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        } else if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "Is a directory");
        }
        throw new FileSystemException(file.toString(), null, "it is a " + kind(file) + ", not a regular file");
    }

    /**
     * The whole of a file that has to fit in memory.
     *
     * @param most bytes, the largest that it may have
     * @throws IOException as {@link #require}, and if the file is larger; its reason names {@code most}
     */
    public static byte[] read(Path file, int most) throws IOException {
        require(file);
        FileTrace.read(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(most);
            // By reading and not by the size, which files of /proc do not tell.
            if (bytes.length == most && in.read() >= 0) {
                throw new FileSystemException(file.toString(), null, "it is larger than " + mebibytes(most)
                        + ", the most that is read");
            }
            return bytes;
        }
    }

    /** A limit as messages name it; whole MiB. */
    public static String mebibytes(int bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
    }

    private static String kind(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return "special file";
        }
        // The kinds of inode(7).
        return switch ((Integer) Files.getAttribute(file, "unix:mode") & 0xF000) {
            case 0x1000 -> "pipe";
            case 0x2000, 0x6000 -> "device";
            case 0xC000 -> "socket";
            default -> "special file";
        };
    }
}
