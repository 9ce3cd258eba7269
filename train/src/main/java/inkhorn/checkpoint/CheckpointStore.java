package inkhorn.checkpoint;

import inkhorn.data.files.FileTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the checkpoints of one run so that a process killed at any moment, during a save too, leaves nothing that
 * would load wrongly. docs/checkpoints.md describes the files and the order of the operations.
 *
 * <p>A run directory is one history: saving step N removes what stands there from later steps. A trainer that starts
 * afresh should look at {@link #steps()} first.
 */
public final class CheckpointStore {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);

    private final RunLock lock;
    private final Path run;
    private final int keep;
    private final FileOps files;
    private final StandIns standIns;
    private final LeftSteps leftSteps;
    /** Set from {@link #goBackTo} to the first save after it. */
    private Checkpoint goneBackTo;
    private long bestOfGoneBack;

    /**
     * Takes over a run directory and clears away what a killed process left in it.
     *
     * @param lock held for as long as the store is used
     * @param keep how many checkpoints to keep, at least 1; {@code best} and {@code latest} stay in any case
     * @throws CheckpointException where clearing away fails
     */
    public CheckpointStore(RunLock lock, int keep) {
        this(lock, keep, FileOps.real());
    }

    CheckpointStore(RunLock lock, int keep, FileOps files) {
        if (keep < 1) {
            throw new IllegalArgumentException("keep must be at least 1, was " + keep);
        }
        this.lock = lock;
        this.run = lock.directory();
        this.keep = keep;
        this.files = files;
        this.standIns = new StandIns(run, files);
        this.leftSteps = new LeftSteps(run, files);
        try {
            recover();
        } catch (IOException e) {
            throw CheckpointException.runFailure(run + ": left-overs of an earlier run cannot be removed ("
                    + CheckpointException.reason(e) + "); check permissions, or choose another run.out", e);
        }
    }

    /**
     * Writes a checkpoint, moves {@code latest} to it and, where asked, {@code best}, and removes those beyond
     * {@code keep}. An existing checkpoint of the same step is replaced only once the new one is whole on the disk.
     *
     * @param step steps done so far
     * @param best whether its validation loss is the lowest yet
     * @return its directory
     * @throws CheckpointException (a run failure) where the disk is full or not writable; earlier checkpoints are
     *     untouched
     */
    public Path save(long step, CheckpointContents contents, boolean best) {
        if (!lock.isHeld()) {
            throw new IllegalStateException("save without the run's lock: " + run);
        }
        Path target = run.resolve(CheckpointLayout.stepName(step));
        Path temporary = run.resolve(CheckpointLayout.TEMPORARY + CheckpointLayout.stepName(step));
        try {
            standIns.recover(target);    // of a save that failed half-way
            files.delete(temporary);
            write(temporary, step, contents);
            if (goneBackTo != null) {
                leftSteps.mark(goneBackTo);
            }
            install(temporary, target);
            if (best) {
                files.point(run.resolve(CheckpointLayout.BEST), target.getFileName().toString());
            }
            files.point(run.resolve(CheckpointLayout.LATEST), target.getFileName().toString());
            files.syncDirectory(run);
            if (goneBackTo != null) {
                leftSteps.remove(goneBackTo, best ? step : bestOfGoneBack, step);
                goneBackTo = null;
            }
        } catch (IOException e) {
            clear(temporary);
            throw CheckpointException.runFailure(target + ": cannot be saved (" + CheckpointException.reason(e)
                    + "), earlier checkpoints are untouched; check free space and permissions, then --resume", e);
        } catch (RuntimeException e) {
            clear(temporary);
            throw e;
        }
        prune(step);
        return target;
    }

    /**
     * Lets {@code best} point at a checkpoint that is there, and removes the one it pointed at before if it is beyond
     * {@code keep}; after {@link #goBackTo} only with the next save.
     *
     * @throws CheckpointException (a run failure) where {@code best} cannot be moved; it then points where it did
     */
    public void markBest(long step) {
        if (!lock.isHeld()) {
            throw new IllegalStateException("markBest without the run's lock: " + run);
        }
        if (goneBackTo != null) {
            bestOfGoneBack = step;
            return;
        }
        Path best = run.resolve(CheckpointLayout.BEST);
        try {
            files.point(best, CheckpointLayout.stepName(step));
            files.syncDirectory(run);
        } catch (IOException e) {
            throw CheckpointException.runFailure(best + ": cannot be moved to " + CheckpointLayout.stepName(step) + " ("
                    + CheckpointException.reason(e) + "); check free space and permissions, then --resume", e);
        }
        // A run that goes back to this step has saved nothing that replaces the later ones yet.
        prune(Long.MAX_VALUE);
    }

    /**
     * Finds the newest whole checkpoint, comparing every file with its SHA-256, and lets {@code latest} point at it.
     *
     * @param onSkipped gets one line for each newer one that is unfinished or damaged
     * @return empty where the run has no whole checkpoint
     * @throws CheckpointException where the newest is of a later format: to go on from an older one would lose it
     */
    public Optional<Checkpoint> latestWhole(Consumer<String> onSkipped) {
        Optional<Checkpoint> newest = Checkpoint.newestWhole(run, onSkipped);
        if (newest.isPresent()) {
            String name = newest.get().directory().getFileName().toString();
            Path latest = run.resolve(CheckpointLayout.LATEST);
            try {
                if (!Checkpoint.pointerTarget(latest).equals(Optional.of(name))) {
                    files.point(latest, name);
                }
            } catch (IOException e) {
                throw CheckpointException.runFailure(latest + ": cannot be moved to " + name + " ("
                        + CheckpointException.reason(e) + "); check free space and permissions", e);
            }
        }
        return newest;
    }

    /**
     * A whole checkpoint of this run by its name.
     *
     * @param name {@code step-NNNNNNNN}, {@code latest} or {@code best}
     * @throws CheckpointException (the user's error) where there is none of that name, or it is damaged
     */
    public Checkpoint named(String name) {
        boolean known = CheckpointLayout.POINTERS.contains(name) || CheckpointLayout.stepOfPointer(name).isPresent();
        Path path = run.resolve(known ? name : ".");
        if (!known || !Files.exists(path)) {
            throw CheckpointException.userError("--resume: found " + name + ", expected a checkpoint of " + run
                    + ": latest, best, " + Checkpoint.steps(run).stream().map(step -> step.getFileName().toString())
                    .collect(Collectors.joining(", ")));
        }
        return Checkpoint.open(path);
    }

    /**
     * Goes on from an earlier checkpoint than the newest. Nothing changes on the disk until the next save, which
     * removes the later steps: they belong to a history that the run has left. If {@code best} names one of them, it
     * moves to the best of the steps that stay.
     *
     * @param best the step with the lowest validation loss as far as the earlier checkpoint knows, 0 for none
     * @return the names of the steps that the next save removes
     */
    public List<String> goBackTo(Checkpoint earlier, long best) {
        goneBackTo = earlier;
        bestOfGoneBack = best;
        long from = earlier.step().getAsLong();
        return Checkpoint.steps(run).stream().filter(step -> CheckpointLayout.stepOf(step).getAsLong() > from)
                .map(step -> step.getFileName().toString()).sorted().toList();
    }

    /** The steps that have a directory here, whole or not, newest first. */
    public List<Long> steps() {
        return Checkpoint.steps(run).stream().map(path -> CheckpointLayout.stepOf(path).getAsLong()).toList();
    }

    private void recover() throws IOException {
        for (Path path : FileOps.list(run)) {
            String name = path.getFileName().toString();
            if (CheckpointLayout.isStandIn(name)) {
                standIns.recover(run.resolve(name.substring(CheckpointLayout.STAND_IN.length())));
            } else if (name.startsWith(CheckpointLayout.REPLACED)) {
                Path step = run.resolve(name.substring(CheckpointLayout.REPLACED.length()));
                if (Files.exists(step)) {
                    files.delete(path);
                } else {
                    files.rename(path, step);
                }
            } else if (name.startsWith(CheckpointLayout.TEMPORARY)) {
                files.delete(path);
            }
        }
        leftSteps.recover();
    }

    private void write(Path directory, long step, CheckpointContents contents) throws IOException {
        files.createDirectory(directory);
        List<Path> written = new ArrayList<>();
        written.add(file(directory, contents.kind().file(), path -> write(path, contents.model())));
        written.add(file(directory, CheckpointLayout.CONFIG, path -> JsonFile.write(path, contents.config())));
        for (Map.Entry<String, CheckpointContents.FileWriter> extra : contents.extraFiles().entrySet()) {
            written.add(file(directory, extra.getKey(), extra.getValue()));
        }
        written.add(file(directory, CheckpointLayout.OPTIMIZER, path -> write(path, contents.optimizer())));
        written.add(file(directory, CheckpointLayout.TRAINER, path -> JsonFile.write(path, contents.trainer())));
        String manifest = CheckpointManifest.of(step, written).text();
        file(directory, CheckpointLayout.MANIFEST, path -> Files.writeString(path, manifest));
        files.syncDirectory(directory);
    }

    private static void write(Path file, List<NamedTensor> tensors) throws IOException {
        Safetensors.writeUnchecked(file, tensors, Safetensors.HUGGING_FACE, Dtype.F32, false);
    }

    private Path file(Path directory, String name, CheckpointContents.FileWriter writer) throws IOException {
        Path file = directory.resolve(name);
        files.write(file, writer);
        files.sync(file);
        FileTrace.wrote(file);
        return file;
    }

    private void install(Path temporary, Path target) throws IOException {
        if (!Files.exists(target)) {
            files.rename(temporary, target);
        } else if (sameCheckpoint(temporary, target)) {
            files.delete(temporary);
        } else {
            standIns.replace(temporary, target);
        }
        files.syncDirectory(run);
    }

    /** A resumed run that comes by a step again makes the same bits: then there is nothing to put at risk. */
    private static boolean sameCheckpoint(Path temporary, Path target) throws IOException {
        Path old = target.resolve(CheckpointLayout.MANIFEST);
        if (!Files.isRegularFile(old) || Files.mismatch(temporary.resolve(CheckpointLayout.MANIFEST), old) >= 0) {
            return false;
        }
        try {
            CheckpointManifest.verify(target);
            return true;
        } catch (CheckpointManifest.Damaged e) {
            return false;
        }
    }

    private void prune(long saved) {
        try {
            Set<String> needed = new HashSet<>();
            for (String pointer : CheckpointLayout.POINTERS) {
                Checkpoint.pointerTarget(run.resolve(pointer)).ifPresent(needed::add);
            }
            int kept = 0;
            for (Path directory : Checkpoint.steps(run)) {
                boolean later = CheckpointLayout.stepOf(directory).getAsLong() > saved;
                boolean wanted = !later && kept++ < keep;
                if (!wanted && !needed.contains(directory.getFileName().toString())) {
                    files.remove(directory);
                }
            }
        } catch (IOException | CheckpointException e) {
            // The checkpoint itself is safe; the next save tries again.
            LOG.warn("{}: an old checkpoint cannot be removed ({})", run, CheckpointException.reason(e));
        }
    }

    private void clear(Path temporary) {
        try {
            files.delete(temporary);
        } catch (IOException e) {
            LOG.warn("{}: cannot be removed ({})", temporary, CheckpointException.reason(e));
        }
    }
}
