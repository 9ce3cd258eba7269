package inkhorn.exchange;

import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.Dtype;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.FileTrace;
import inkhorn.nn.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Exports a model: all files of a format, or none. */
public final class ModelExport {
    /** From here on a float rounds to an infinite half. */
    private static final float BEYOND_HALF = 65_520;

    private ModelExport() {}

    /**
     * Writes the files of a format.
     *
     * @param type one of the format's
     * @param out a directory, made where it does not exist, that holds no file of a name that is to be written
     * @return the files
     * @throws CheckpointException the user's error where the format cannot express the model, or a file is there
     *     already; a run failure where writing fails. Nothing is written then.
     */
    public static List<Path> run(ExportSource source, ExportFormat format, Dtype type, Path out) {
        format.obstacle().apply(source).ifPresent(reason -> {
            throw CheckpointException.userError("--format " + format.name() + ": " + reason);
        });
        requireRange(source, type);
        boolean isNew = !Files.exists(out);
        Path temporary = out.resolve(".tmp-export");
        try {
            Files.createDirectories(out);
            AtomicFiles.deleteTree(temporary);
            Files.createDirectory(temporary);
            format.writer().write(source, type, temporary);
            return moved(temporary, out);
        } catch (IOException e) {
            throw CheckpointException.runFailure(out + ": the model cannot be exported ("
                    + CheckpointException.reason(e) + "); check free space and permissions", e);
        } finally {
            clear(temporary, isNew ? out : null);
        }
    }

    /** An overflow would make every logit that the weight takes part in infinite or no number. */
    private static void requireRange(ExportSource source, Dtype type) {
        if (type != Dtype.F16) {
            return;
        }
        StateDict.of(source.model()).forEach((name, tensor) -> {
            for (float value : tensor.data()) {
                if (Math.abs(value) >= BEYOND_HALF && Float.isFinite(value)) {
                    throw CheckpointException.userError("--dtype f16: " + name + " holds " + value
                            + ", the largest value of f16 is 65504; take bf16 or f32");
                }
            }
        });
    }

    private static List<Path> moved(Path temporary, Path out) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(temporary)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            Path target = out.resolve(file.getFileName());
            if (Files.exists(target)) {
                throw CheckpointException.userError(target + ": exists already; name another directory");
            }
        }
        for (Path file : files) {
            AtomicFiles.moveInPlace(file, out.resolve(file.getFileName()));
        }
        AtomicFiles.syncDirectory(out);
        List<Path> written = files.stream().map(file -> out.resolve(file.getFileName())).toList();
        written.forEach(FileTrace::wrote);
        return written;
    }

    private static void clear(Path temporary, Path newDirectory) {
        try {
            AtomicFiles.deleteTree(temporary);
            if (newDirectory != null && isEmpty(newDirectory)) {
                Files.delete(newDirectory);
            }
        } catch (IOException e) {
            // What the export failed with says more.
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return Optional.empty().equals(files.findAny());
        }
    }
}
