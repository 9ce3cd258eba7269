package inkhorn.checkpoint;

import inkhorn.data.files.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The file operations of a save. Each that changes the disk first tells a hook, by which tests fail or stop a save at
 * every one of them.
 */
final class FileOps {
    /** Called with a line such as {@code "sync model.safetensors"} before the operation is made. */
    interface Hook {
        void before(String operation) throws IOException;
    }

    private final Hook hook;
    private final boolean links;

    /** @param links whether to make symbolic and hard links where the file system has them */
    FileOps(Hook hook, boolean links) {
        this.hook = hook;
        this.links = links;
    }

    static FileOps real() {
        return new FileOps(operation -> { }, true);
    }

    void createDirectory(Path directory) throws IOException {
        hook.before("create " + directory.getFileName());
        Files.createDirectory(directory);
    }

    void write(Path file, CheckpointContents.FileWriter writer) throws IOException {
        hook.before("write " + file.getFileName());
        writer.write(file);
    }

    void sync(Path file) throws IOException {
        hook.before("sync " + file.getFileName());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /**
     * Makes the names in a directory durable, where the platform can: a name lost to a power cut leaves a checkpoint
     * that fails its verification, so going on without is safe.
     */
    void syncDirectory(Path directory) throws IOException {
        hook.before("sync " + directory.getFileName());
        AtomicFiles.syncDirectory(directory);
    }

    void rename(Path from, Path to) throws IOException {
        hook.before("rename " + from.getFileName() + " to " + to.getFileName());
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Makes a second directory with the files of a first: as further names of the same bytes, or as copies on a file
     * system without hard links.
     */
    void duplicate(Path directory, Path copy) throws IOException {
        createDirectory(copy);
        for (Path file : list(directory)) {
            Path other = copy.resolve(file.getFileName());
            hook.before("duplicate " + file.getFileName());
            if (!links || !hardLinked(other, file)) {
                Files.copy(file, other);
                sync(other);
            }
        }
        syncDirectory(copy);
    }

    private static boolean hardLinked(Path link, Path file) {
        try {
            Files.createLink(link, file);
            return true;
        } catch (UnsupportedOperationException | IOException e) {
            // No hard links on this file system; what else is wrong shows again at the copy.
            return false;
        }
    }

    /**
     * Makes {@code pointer} lead to its sibling {@code target}: a relative symlink, or else a text file with the name.
     */
    void point(Path pointer, String target) throws IOException {
        Path next = pointer.resolveSibling(CheckpointLayout.TEMPORARY + pointer.getFileName());
        Files.deleteIfExists(next);
        try {
            hook.before("link " + pointer.getFileName());
            if (!links || !linked(next, target)) {
                Files.writeString(next, target + "\n");
                sync(next);
            }
            rename(next, pointer);
        } catch (IOException e) {
            Files.deleteIfExists(next);
            throw e;
        }
    }

    private static boolean linked(Path link, String target) {
        try {
            Files.createSymbolicLink(link, Path.of(target));
            return true;
        } catch (UnsupportedOperationException | IOException e) {
            // No symlinks on this file system, or no right to make one; a full disk shows again at the text file.
            return false;
        }
    }

    /** Deletes a file or a whole directory, without following links; nothing there is fine. */
    void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        hook.before("delete " + path.getFileName());
        AtomicFiles.deleteTree(path);
    }

    /** Removes a checkpoint, under another name first: half of one must not look like one. Nothing there is fine. */
    void remove(Path checkpoint) throws IOException {
        Path trash = checkpoint.resolveSibling(CheckpointLayout.TEMPORARY + checkpoint.getFileName());
        delete(trash);
        if (Files.exists(checkpoint)) {
            rename(checkpoint, trash);
            delete(trash);
        }
    }

    static List<Path> list(Path directory) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
        }
        entries.sort(null);
        return entries;
    }
}
