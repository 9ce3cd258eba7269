package inkhorn.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Hashes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole checkpoint on disk, every file of it compared with its SHA-256 when it was opened; or a plain Hugging Face
 * directory with a model and its {@code config.json} only, which cannot be resumed from.
 */
public final class Checkpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
    /** Weights as PyTorch pickles them: a program, not data. */
    private static final String PICKLE = "pytorch_model.bin";
    private static final int MAX_LINKS = 8;
    private static final int MAX_POINTER_BYTES = 64;

    private final Path directory;
    private final OptionalLong step;

    private Checkpoint(Path directory, OptionalLong step) {
        this.directory = directory;
        this.step = step;
    }

    /** Opens as {@link #open(Path, Consumer)} does, with skipped checkpoints as warnings in the log. */
    public static Checkpoint open(Path path) {
        return open(path, LOG::warn);
    }

    /**
     * Opens a checkpoint: a step directory, {@code latest} or {@code best}, a plain Hugging Face directory, or a run
     * directory, of which it takes the newest whole checkpoint.
     *
     * @param onSkipped gets one line for each unfinished or damaged checkpoint of a run directory that was passed over
     * @throws CheckpointException (the user's error) where there is nothing to open, or what was named is damaged or
     *     newer than this program
     */
    public static Checkpoint open(Path path, Consumer<String> onSkipped) {
        Path directory = follow(path);
        boolean oursByName = CheckpointLayout.stepOf(directory).isPresent();
        boolean ours = oursByName || has(directory, CheckpointLayout.MANIFEST)
                || has(directory, CheckpointLayout.TRAINER)
                || has(directory, CheckpointLayout.OPTIMIZER);
        if (ours) {
            try {
                return verified(directory);
            } catch (CheckpointManifest.Damaged e) {
                throw CheckpointException.userError(directory + ": damaged or unfinished checkpoint: " + e.getMessage()
                        + "; use another step of the run");
            }
        }
        boolean model = has(directory, CheckpointLayout.MODEL) || has(directory, CheckpointLayout.MODEL_INDEX);
        boolean config = has(directory, CheckpointLayout.CONFIG);
        boolean adapter = !model && has(directory, CheckpointLayout.ADAPTER);
        if ((model || adapter) && config) {
            return new Checkpoint(directory, OptionalLong.empty());
        }
        if (adapter) {
            throw CheckpointException.userError(directory + ": holds a LoRA adapter without its base; name the base,"
                    + " and this directory after --adapter");
        }
        if (model || config) {
            throw CheckpointException.userError(directory + ": has no "
                    + (model ? CheckpointLayout.CONFIG : CheckpointLayout.MODEL)
                    + (has(directory, PICKLE) ? " (" + PICKLE + " cannot be read)" : "")
                    + "; a model needs both, copy it there");
        }
        if (candidates(directory).isEmpty()) {
            throw CheckpointException.userError(directory
                    + ": holds no checkpoint; name a run directory, a step-NNNNNNNN in it, or a directory with"
                    + " model.safetensors and config.json");
        }
        return newestWhole(directory, onSkipped).orElseThrow(() -> CheckpointException.userError(
                directory + ": none of its checkpoints is whole; train again, or copy one here from a backup"));
    }

    /** The newest whole checkpoint of a run directory; for the rest as {@link CheckpointStore#latestWhole}. */
    static Optional<Checkpoint> newestWhole(Path runDirectory, Consumer<String> onSkipped) {
        for (Path directory : candidates(runDirectory)) {
            try {
                return Optional.of(verified(directory));
            } catch (CheckpointManifest.Damaged e) {
                onSkipped.accept(directory + ": skipped, unfinished or damaged: " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    /**
     * The step directories, newest first; before that of its own step the stand-in that {@code latest} names, and
     * without the steps of a history that the run has left.
     */
    private static List<Path> candidates(Path runDirectory) {
        List<Path> steps = steps(runDirectory);
        try {
            LongPredicate left = LeftSteps.left(runDirectory);
            steps.removeIf(path -> left.test(CheckpointLayout.stepOf(path).getAsLong()));
            pointerTarget(runDirectory.resolve(CheckpointLayout.LATEST)).filter(CheckpointLayout::isStandIn)
                    .map(runDirectory::resolve).filter(Files::isDirectory)
                    .ifPresent(standIn -> addInOrder(steps, standIn));
        } catch (IOException e) {
            throw CheckpointException.unreadable(runDirectory.resolve(CheckpointLayout.LATEST), e);
        }
        return steps;
    }

    private static void addInOrder(List<Path> steps, Path standIn) {
        long step = CheckpointLayout.stepOfPointer(standIn.getFileName().toString()).getAsLong();
        int later = (int) steps.stream().filter(path -> CheckpointLayout.stepOf(path).getAsLong() > step).count();
        steps.add(later, standIn);
    }

    static Checkpoint verified(Path directory) throws CheckpointManifest.Damaged {
        return new Checkpoint(directory, OptionalLong.of(CheckpointManifest.verify(directory).step()));
    }

    /** The newest step that has a directory in a run, whole or not. */
    public static OptionalLong newestStep(Path runDirectory) {
        return steps(runDirectory).stream().findFirst().map(CheckpointLayout::stepOf).orElse(OptionalLong.empty());
    }

    /** The step directories of a run, whole or not, newest first. */
    static List<Path> steps(Path runDirectory) {
        try {
            List<Path> steps = new ArrayList<>(FileOps.list(runDirectory));
            steps.removeIf(path -> CheckpointLayout.stepOf(path).isEmpty() || !Files.isDirectory(path));
            steps.sort(Comparator.comparingLong((Path path) -> CheckpointLayout.stepOf(path).getAsLong()).reversed());
            return steps;
        } catch (IOException e) {
            throw CheckpointException.userError(runDirectory + ": cannot be listed (" + CheckpointException.reason(e)
                    + "); check the path and its permissions", e);
        }
    }

    /** The directory that a path means: itself, or where a link or a pointer file leads. */
    private static Path follow(Path path) {
        Path current = path;
        try {
            for (int links = 0; links < MAX_LINKS; links++) {
                if (Files.isSymbolicLink(current)) {
                    // By hand: were the link moved on during the reading, files of two checkpoints would be mixed.
                    current = current.resolveSibling(Files.readSymbolicLink(current));
                } else if (Files.isRegularFile(current, LinkOption.NOFOLLOW_LINKS)) {
                    current = current.resolveSibling(pointerText(current)
                            .orElseThrow(() -> CheckpointException.userError(
                            path + ": is a file; name the directory of the checkpoint")));
                } else {
                    break;
                }
            }
        } catch (IOException e) {
            throw CheckpointException.unreadable(path, e);
        }
        if (!Files.isDirectory(current)) {
            String what = current.equals(path) ? "no such directory" : "points at " + current + ", which is missing";
            throw CheckpointException.userError(path + ": " + what + "; name a run directory or a checkpoint in it");
        }
        return current;
    }

    /** The step that a pointer of a run leads to, as a directory name; empty where it is missing or foreign. */
    static Optional<String> pointerTarget(Path pointer) throws IOException {
        if (Files.isSymbolicLink(pointer)) {
            return Optional.of(Files.readSymbolicLink(pointer).toString());
        }
        return Files.isRegularFile(pointer) ? pointerText(pointer) : Optional.empty();
    }

    private static Optional<String> pointerText(Path file) throws IOException {
        if (Files.size(file) > MAX_POINTER_BYTES) {
            return Optional.empty();
        }
        String name = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
        return Optional.of(name).filter(text -> CheckpointLayout.stepOfPointer(text).isPresent());
    }

    private static boolean has(Path directory, String name) {
        return Files.exists(directory.resolve(name));
    }

    /** The checkpoint's own directory: never a link, so that it stays the same checkpoint while a run goes on. */
    public Path directory() {
        return directory;
    }

    /** The step it was saved at; empty for a plain Hugging Face directory. */
    public OptionalLong step() {
        return step;
    }

    /** The SHA-256 of its manifest, and so of all that it holds. */
    public String sha256() {
        requireResumable();
        try {
            return Hashes.sha256(directory.resolve(CheckpointLayout.MANIFEST));
        } catch (IOException e) {
            throw CheckpointException.unreadable(directory.resolve(CheckpointLayout.MANIFEST), e);
        }
    }

    /** Whether training can go on from it: false for a plain Hugging Face directory. */
    public boolean isResumable() {
        return step.isPresent();
    }

    public ObjectNode config() {
        return JsonFile.read(directory.resolve(CheckpointLayout.CONFIG));
    }

    /** {@code trainer.json}, as it was given to the save. */
    public ObjectNode trainer() {
        requireResumable();
        return JsonFile.read(directory.resolve(CheckpointLayout.TRAINER));
    }

    /** Whether it holds a LoRA adapter, to be put on the base that it names, instead of a model. */
    public boolean isAdapter() {
        return !has(directory, CheckpointLayout.MODEL) && !has(directory, CheckpointLayout.MODEL_INDEX)
                && has(directory, CheckpointLayout.ADAPTER);
    }

    /** @throws CheckpointException (the user's error) where it {@link #isAdapter} */
    public void requireModel() {
        if (isAdapter()) {
            throw CheckpointException.userError(directory + ": holds a LoRA adapter, not a model; merge first: java"
                    + " -jar train.jar merge " + AdapterBase.read(this).map(AdapterBase::path).orElse("BASE") + " "
                    + directory + " --out DIR");
        }
    }

    /** Opens the model's tensors, of {@code model.safetensors} or of the files that its index names; caller closes. */
    public WeightFiles openModel() {
        requireModel();
        return WeightFiles.open(directory);
    }

    /** Opens the optimizer's tensors; the caller closes. */
    public SafetensorsReader openOptimizer() {
        requireResumable();
        return SafetensorsReader.open(directory.resolve(CheckpointLayout.OPTIMIZER));
    }

    /** A further file such as the tokenizer's; empty where the checkpoint has none of that name. */
    public Optional<Path> file(String name) {
        return Optional.of(directory.resolve(name)).filter(Files::isRegularFile);
    }

    private void requireResumable() {
        if (!isResumable()) {
            throw CheckpointException.userError(directory
                    + ": holds a model but no trainer's state; it can be sampled from, not resumed");
        }
    }
}
