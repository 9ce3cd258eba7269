package inkhorn.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Replaces a checkpoint that {@code latest} or {@code best} may name. No directory can be renamed onto another, so the
 * new one is whole under a name of its own, its stand-in, while the old one is removed.
 */
final class StandIns {
    private final Path run;
    private final FileOps files;

    StandIns(Path run, FileOps files) {
        this.run = run;
        this.files = files;
    }

    /**
     * Replaces {@code target}. Before {@code latest} moves, a kill leaves the old checkpoint; from then on the new one.
     */
    void replace(Path temporary, Path target) throws IOException {
        Path standIn = standIn(target);
        files.rename(temporary, standIn);
        try {
            files.syncDirectory(run);
            files.point(run.resolve(CheckpointLayout.LATEST), standIn.getFileName().toString());
        } catch (IOException e) {
            files.delete(standIn);
            throw e;
        }
        files.syncDirectory(run);
        settle(standIn, target);
    }

    /** Ends the replacement of {@code target} that a killed process began, or undoes it where no pointer had moved. */
    void recover(Path target) throws IOException {
        Path standIn = standIn(target);
        if (!Files.exists(standIn)) {
            return;
        }
        if (pointersTo(standIn).isEmpty()) {
            files.delete(standIn);
        } else {
            settle(standIn, target);
        }
    }

    /**
     * Gives a stand-in the name of its step; {@code latest} and {@code best} name a whole checkpoint after each
     * operation.
     */
    private void settle(Path standIn, Path target) throws IOException {
        point(pointersTo(target), standIn);
        files.remove(target);
        Path temporary = target.resolveSibling(CheckpointLayout.TEMPORARY + target.getFileName());
        files.duplicate(standIn, temporary);
        files.rename(temporary, target);
        files.syncDirectory(run);
        point(pointersTo(standIn), target);
        files.syncDirectory(run);
        files.delete(standIn);
    }

    private static Path standIn(Path target) {
        return target.resolveSibling(CheckpointLayout.STAND_IN + target.getFileName());
    }

    private void point(List<String> pointers, Path target) throws IOException {
        for (String pointer : pointers) {
            files.point(run.resolve(pointer), target.getFileName().toString());
        }
    }

    private List<String> pointersTo(Path target) throws IOException {
        List<String> pointers = new ArrayList<>();
        for (String pointer : CheckpointLayout.POINTERS) {
            if (Checkpoint.pointerTarget(run.resolve(pointer)).equals(Optional.of(target.getFileName().toString()))) {
                pointers.add(pointer);
            }
        }
        return pointers;
    }
}
