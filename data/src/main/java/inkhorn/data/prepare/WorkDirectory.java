package inkhorn.data.prepare;

import inkhorn.data.files.AtomicFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that is filled under a name nothing reads, beside the place it is to be renamed to. A lock of the
 * operating system, held beside it, ends with the process: so the next one knows which directories a kill has left, and
 * removes them.
 */
final class WorkDirectory implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkDirectory.class);
    private static final String PREFIX = ".tmp-inkhorn-";
    private static final String LOCK = ".lock";
    /** Lock files of this process: merely opening and closing one again would release its lock (POSIX). */
    private static final Set<Path> LIVE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel lock;

    private WorkDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /** A new, empty one in {@code place}, from which what dead processes left is removed. */
    static WorkDirectory create(Path place) throws IOException {
        Path parent = place.toAbsolutePath().normalize();
        Files.createDirectories(parent);
        removeLeftovers(parent);
        while (true) {
            Path directory = parent.resolve(PREFIX + UUID.randomUUID());
            LIVE.add(lockOf(directory));
            FileChannel channel = FileChannel.open(lockOf(directory), StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            WorkDirectory work = new WorkDirectory(directory, channel);
            // Not to be had if another process takes the new file for a leftover at this moment: then another name.
            if (channel.tryLock() == null) {
                work.close();
                continue;
            }
            try {
                Files.createDirectory(directory);
                return work;
            } catch (IOException e) {
                work.close();
                throw e;
            }
        }
    }

    Path path() {
        return directory;
    }

    private static Path lockOf(Path directory) {
        return directory.resolveSibling(directory.getFileName() + LOCK);
    }

    /** Directories without a lock beside them are nobody's here, and stay. */
    static void removeLeftovers(Path place) {
        Path parent = place.toAbsolutePath().normalize();
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, PREFIX + "*" + LOCK)) {
            for (Path file : locks) {
                if (!LIVE.contains(file)) {
                    removeIfDead(file);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("{}: left-overs of an interrupted preparation stay", parent, e);
        }
    }

    private static void removeIfDead(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE); FileLock held =
                channel.tryLock()) {
            if (held != null) {
                String name = file.getFileName().toString();
                AtomicFiles.deleteTree(file.resolveSibling(name.substring(0, name.length() - LOCK.length())));
                Files.deleteIfExists(file);
            }
        }
    }

    /** Removes what is still there, the lock last. */
    @Override
    public void close() throws IOException {
        try (lock) {
            AtomicFiles.deleteTree(directory);
            Files.deleteIfExists(lockOf(directory));
        } finally {
            LIVE.remove(lockOf(directory));
        }
    }
}
