package inkhorn.checkpoint;

import inkhorn.data.files.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes the later steps of a run that went on from an earlier one. They are left as soon as {@code latest} names the
 * first checkpoint of the new history; a marker, written before, tells readers and the next process which these are.
 */
final class LeftSteps {
    private static final Pattern MARK = Pattern.compile("(\\d{1,18}) ([0-9a-f]*)");

    private final Path run;
    private final FileOps files;
    private final Path marker;

    LeftSteps(Path run, FileOps files) {
        this.run = run;
        this.files = files;
        this.marker = run.resolve(CheckpointLayout.LEFT);
    }

    /** Notes where the new history begins, and which checkpoint is the newest of the old one. */
    void mark(Checkpoint earlier) throws IOException {
        Optional<Path> latest = latest(run);
        String newest = latest.isPresent() ? Hashes.sha256(latest.get().resolve(CheckpointLayout.MANIFEST)) : "";
        files.write(marker, path -> Files.writeString(path, earlier.step().getAsLong() + " " + newest));
        files.syncDirectory(run);
    }

    /**
     * Which steps do not count while a run changes from one history to another: before {@code latest} moves, those
     * after it; then those after the step that was gone back to, but for {@code latest}.
     */
    static LongPredicate left(Path run) throws IOException {
        Path marker = run.resolve(CheckpointLayout.LEFT);
        Optional<Path> latest = latest(run);
        if (!Files.isRegularFile(marker) || latest.isEmpty()) {
            return step -> false;
        }
        Matcher written = MARK.matcher(Files.readString(marker));
        long last = CheckpointLayout.stepOfPointer(latest.get().getFileName().toString()).getAsLong();
        Path manifest = latest.get().resolve(CheckpointLayout.MANIFEST);
        boolean moved = written.matches() && Files.isRegularFile(manifest) && !Hashes.sha256(manifest)
                .equals(written.group(2));
        long from = moved ? Long.parseLong(written.group(1)) : last;
        return step -> step > from && step != last;
    }

    private static Optional<Path> latest(Path run) throws IOException {
        return Checkpoint.pointerTarget(run.resolve(CheckpointLayout.LATEST))
                .filter(name -> CheckpointLayout.stepOfPointer(name).isPresent()).map(run::resolve);
    }

    /**
     * Removes all steps after {@code earlier} but the one just saved, after moving {@code best} to a step that stays.
     *
     * @param best the step with the lowest validation loss of the new history, 0 for none; {@code earlier} where its
     *     checkpoint is gone
     */
    void remove(Checkpoint earlier, long best, long saved) throws IOException {
        long from = earlier.step().getAsLong();
        Path own = run.resolve(CheckpointLayout.stepName(best));
        boolean stays = (best <= from || best == saved) && Files.isDirectory(own);
        if (best > 0 || Checkpoint.pointerTarget(run.resolve(CheckpointLayout.BEST)).isPresent()) {
            pointBest((stays ? own : earlier.directory()).getFileName().toString());
        }
        for (Path step : Checkpoint.steps(run)) {
            long number = CheckpointLayout.stepOf(step).getAsLong();
            if (number > from && number != saved) {
                files.remove(step);
            }
        }
        files.delete(marker);
    }

    /** Ends what a killed process began. */
    void recover() throws IOException {
        if (!Files.exists(marker)) {
            return;
        }
        LongPredicate left = left(run);
        Optional<String> best = Checkpoint.pointerTarget(run.resolve(CheckpointLayout.BEST));
        OptionalLong bestStep = best.map(CheckpointLayout::stepOfPointer).orElse(OptionalLong.empty());
        Optional<Path> latest = latest(run);
        if (latest.isPresent() && bestStep.isPresent() && left.test(bestStep.getAsLong())) {
            pointBest(latest.get().getFileName().toString());
        }
        for (Path step : Checkpoint.steps(run)) {
            if (left.test(CheckpointLayout.stepOf(step).getAsLong())) {
                files.remove(step);
            }
        }
        files.delete(marker);
    }

    private void pointBest(String name) throws IOException {
        files.point(run.resolve(CheckpointLayout.BEST), name);
        files.syncDirectory(run);
    }
}
