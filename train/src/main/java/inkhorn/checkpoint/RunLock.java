package inkhorn.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * The right to write into a run directory: one live run at a time. The operating system holds the lock and drops it
 * when the process ends, however it ends; the lock file {@code .lock} itself stays.
 */
public final class RunLock implements Closeable {
    // A byte that is never written: where locks are mandatory (Windows), the holder's pid can still be read.
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private static final long POLL_NANOS = 20_000_000L;

    // POSIX drops a process's locks on a file when it closes any descriptor of that file, so a second attempt in this
    // JVM must fail before it opens the file.
    private static final Set<Path> HELD = new HashSet<>();

    private final Path directory;
    private final Path key;
    private final FileChannel channel;

    private RunLock(Path directory, Path key, FileChannel channel) {
        this.directory = directory;
        this.key = key;
        this.channel = channel;
    }

    /**
     * Creates the run directory where it is missing and locks it.
     *
     * @throws CheckpointException where a live run still holds it after two seconds, or where it cannot be created or
     *     written (both the user's error)
     */
    public static RunLock acquire(Path directory) {
        synchronized (HELD) {
            try {
                Files.createDirectories(directory);
                Path key = directory.toRealPath();
                if (HELD.contains(key)) {
                    throw inUse(directory, "this process");
                }
                RunLock lock = new RunLock(directory, key, lock(directory));
                HELD.add(key);
                return lock;
            } catch (IOException e) {
                throw CheckpointException.userError(directory + ": cannot be used as the run directory ("
                        + CheckpointException.reason(e) + "); check the path and its permissions, or choose another"
                        + " run.out", e);
            }
        }
    }

    /** Whether a live run holds the directory, in this process or another; asks without taking the lock from anyone. */
    public static boolean isInUse(Path directory) {
        synchronized (HELD) {
            Path file = directory.resolve(CheckpointLayout.LOCK);
            try {
                if (HELD.contains(directory.toRealPath())) {
                    return true;
                }
                if (!Files.exists(file)) {
                    return false;
                }
                // A shared lock: many may ask at once, and one who acquires tries for longer than this takes.
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                        FileLock lock = channel.tryLock(LOCKED_BYTE, 1, true)) {
                    return lock == null;
                }
            } catch (IOException e) {
                return false;       // gone, or not to be read: nobody here can tell
            }
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        Path file = directory.resolve(CheckpointLayout.LOCK);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw inUse(directory, holder(channel));
            }
            channel.truncate(0);
            String pid = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)), 0);
            locked = true;
            return channel;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Waits a little for a holder that is about to end: the second JVM outlives a killed first one by a moment. */
    private static FileLock tryLock(FileChannel channel) throws IOException {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
        while (lock == null && System.nanoTime() < giveUp) {
            LockSupport.parkNanos(POLL_NANOS);
            lock = channel.tryLock(LOCKED_BYTE, 1, false);
        }
        return lock;
    }

    private static String holder(FileChannel channel) {
        ByteBuffer text = ByteBuffer.allocate(32);
        try {
            channel.read(text, 0);
        } catch (IOException e) {
            return "another process";
        }
        String pid = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
        return pid.matches("\\d+") ? "process " + pid : "another process";
    }

    private static CheckpointException inUse(Path directory, String holder) {
        return CheckpointException.userError(directory + ": " + holder
                + " is training in this directory; wait for it, stop it, or choose another run.out");
    }

    /** The run directory, as it was given to {@link #acquire}. */
    public Path directory() {
        return directory;
    }

    public boolean isHeld() {
        return channel.isOpen();
    }

    /** Gives the directory free; a second call does nothing. */
    @Override
    public void close() {
        synchronized (HELD) {
            if (!channel.isOpen()) {
                return;
            }
            try {
                channel.close();
            } catch (IOException e) {
                // The lock goes with the descriptor, and at the latest with the process.
            }
            HELD.remove(key);
        }
    }
}
