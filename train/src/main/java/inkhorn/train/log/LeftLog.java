package inkhorn.train.log;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The old log of a run that is resumed from an earlier step, kept until the new history has a checkpoint. The name of
 * the file holds the hash of the newest checkpoint of the old history. If that is still the newest checkpoint of the
 * run, the next process restores the old log.
 */
public final class LeftLog {

    private static final String PREFIX = ".metrics-";
    private static final int NAME_LENGTH = 16;

    private final Path metrics;

    public LeftLog(Path metrics) {
        this.metrics = metrics;
    }

    /**
     * Takes back the log that belongs to the newest checkpoint; others are of histories that are gone.
     *
     * @return whether there was one to take back
     */
    public boolean settle(Checkpoint newest) {
        return clear(name(newest));
    }

    /** The new history has a checkpoint. */
    public void drop() {
        clear("");
    }

    private boolean clear(String takenBack) {
        boolean found = false;
        try (DirectoryStream<Path> kept = Files.newDirectoryStream(metrics.getParent(), PREFIX + "*")) {
            for (Path log : kept) {
                if (log.getFileName().toString().equals(takenBack)) {
                    Files.move(log, metrics, StandardCopyOption.ATOMIC_MOVE);
                    found = true;
                } else {
                    Files.delete(log);
                }
            }
        } catch (IOException e) {
            throw failed(e);
        }
        return found;
    }

    /** Keeps a copy of the log as it is with this newest checkpoint. */
    public void keep(Checkpoint newest) {
        if (!Files.exists(metrics)) {
            return;
        }
        try {
            Path unfinished = metrics.resolveSibling(".tmp-" + metrics.getFileName());
            Files.copy(metrics, unfinished, StandardCopyOption.REPLACE_EXISTING);
            Files.move(unfinished, metrics.resolveSibling(name(newest)), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static String name(Checkpoint newest) {
        return PREFIX + newest.sha256().substring(0, NAME_LENGTH) + ".jsonl";
    }

    private CheckpointException failed(IOException e) {
        return CheckpointException.runFailure(metrics + ": the log of a left history cannot be kept or removed ("
                + CheckpointException.reason(e) + "); check free space and permissions, then --resume", e);
    }
}
