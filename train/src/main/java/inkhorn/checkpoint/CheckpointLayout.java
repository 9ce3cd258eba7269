package inkhorn.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names in a run directory and in a checkpoint; docs/checkpoints.md describes them. */
final class CheckpointLayout {
    static final String MODEL = "model.safetensors";
    /** Names the files of a model that has several, as Hugging Face writes one that is too large for one. */
    static final String MODEL_INDEX = MODEL + ".index.json";
    static final String CONFIG = "config.json";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String TRAINER = "trainer.json";
    static final String MANIFEST = "manifest.json";
    /** The weights of a run that trains adapters alone, as PEFT names the file. */
    static final String ADAPTER = "adapter_model.safetensors";
    /** One of them is there. */
    static final List<String> WEIGHTS = List.of(MODEL, ADAPTER);
    static final Set<String> ALWAYS = Set.of(CONFIG, OPTIMIZER, TRAINER);

    static final String LATEST = "latest";
    static final String BEST = "best";
    static final List<String> POINTERS = List.of(LATEST, BEST);
    static final String LOCK = ".lock";

    /** Says that the steps after {@code latest}, if any, belong to a history that the run has left. */
    static final String LEFT = ".left";

    /** Begins the names of what a save is making or deleting: without value once its process is gone. */
    static final String TEMPORARY = ".tmp-";
    /**
     * Begins the name of a whole checkpoint that {@code latest} names while the older writing of its step is removed.
     */
    static final String STAND_IN = ".new-";
    /**
     * Begins the name that earlier versions gave to a checkpoint that was being replaced: put back where its step is
     * missing.
     */
    static final String REPLACED = ".old-";

    private static final Pattern STEP = Pattern.compile("step-(\\d{8,18})");

    private CheckpointLayout() {}

    static String stepName(long step) {
        return String.format(Locale.ROOT, "step-%08d", step);
    }

    /** The step in a name such as {@code step-00000077}; empty for any other name. */
    static OptionalLong stepOf(Path path) {
        return stepOf(String.valueOf(path.getFileName()));
    }

    /** The step of what a pointer may name: {@code step-00000077}, or its stand-in; empty for any other name. */
    static OptionalLong stepOfPointer(String name) {
        return stepOf(name.startsWith(STAND_IN) ? name.substring(STAND_IN.length()) : name);
    }

    static boolean isStandIn(String name) {
        return name.startsWith(STAND_IN) && stepOfPointer(name).isPresent();
    }

    private static OptionalLong stepOf(String name) {
        Matcher matcher = STEP.matcher(name);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        long step = Long.parseLong(matcher.group(1));
        return stepName(step).equals(matcher.group()) ? OptionalLong.of(step) : OptionalLong.empty();
    }
}
