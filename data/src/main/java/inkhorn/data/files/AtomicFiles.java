package inkhorn.data.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that are either whole or not there: written beside their place, synced, then renamed. */
public final class AtomicFiles {
    private static final Logger LOG = LoggerFactory.getLogger(AtomicFiles.class);

    /** Directories are made where they are missing, so this is what is in the way. */
    private static final String A_FILE = "a file already exists where a directory is needed";

    private AtomicFiles() {}

    public static void write(Path file, byte[] bytes) throws IOException {
        Path temporary = temporaryFor(file);
        try {
            try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
                out.force(true);
            }
            moveInPlace(temporary, file);
            FileTrace.wrote(file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** A name in the same directory, hence on the same file system, that no two writers share. */
    public static Path temporaryFor(Path file) {
        return file.resolveSibling(".tmp-" + UUID.randomUUID() + "-" + file.getFileName());
    }

    public static void moveInPlace(Path temporary, Path file) throws IOException {
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Makes a rename in it last; where a platform cannot sync directories (Windows), it does without. */
    public static void syncDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.trace("{}: not synced", directory, e);
        }
    }

    /** Deletes a file or a whole directory, without following links; nothing there is fine. */
    public static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    /**
     * The reason in an I/O exception as a person says it; most exceptions of java.nio have only the path as their
     * message.
     */
    public static String reason(Throwable e) {
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NotDirectoryException || e instanceof FileAlreadyExistsException) {
            return A_FILE;
        }
        if (e instanceof DirectoryNotEmptyException) {
            return "directory not empty";
        }
        if (e instanceof CharacterCodingException) {
            return "not UTF-8 text";
        }
        String message = e.getMessage();
        if (e instanceof FileNotFoundException && message != null && message.endsWith(")")) {
            // "path (Permission denied)", from the streams of java.io.
            return lower(message.substring(message.lastIndexOf('(') + 1, message.length() - 1));
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason().equals("Not a directory") ? A_FILE : lower(f.getReason());
        }
        return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
    }

    /** The operating system's sentence as a part of one: "Not a directory" becomes "not a directory". */
    private static String lower(String reason) {
        return reason.isEmpty() ? reason : Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    }
}
