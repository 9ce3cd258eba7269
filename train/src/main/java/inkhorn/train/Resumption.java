package inkhorn.train;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.config.ConfigLoader;
import inkhorn.config.Difference;
import inkhorn.config.ModelConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TokenizerStamp;
import inkhorn.nn.config.Records;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * How a run is resumed, and the checks that the config, the tokenizer and the data agree with its checkpoint.
 *
 * @param checkpoint  {@code step-NNNNNNNN}, {@code best} or {@code latest} of the run; empty for its newest whole
 *                    checkpoint
 * @param dataChanged whether the user knows that the data are not those of the checkpoint
 */
public record Resumption(String checkpoint, boolean dataChanged) {

    /** Keys that say where a run and its records are and what it began with, not what it computes from now on. */
    private static final Set<String> PLACE = Set.of("run.name", "run.out", "run.log_to", "run.mlflow_uri",
            "run.mlflow_experiment", ModelConfig.INIT_FROM);

    private static final List<String> BATCH_WARMUP = List.of("train.batch_warmup_iters", "train.batch_warmup_from");

    /**
     * Compares a run with what a checkpoint was made of.
     *
     * @param onNotice gets a line for each thing that differs and may
     * @throws UserError when the model, the optimizer, the tokenizer or, unexpectedly, the data are others, naming what
     *     differs
     */
    void requireSame(Checkpoint from, RunConfig config, PreparedData data, Consumer<String> onNotice) {
        Optional<Path> savedConfig = from.file(RunConfig.FILE);
        Optional<Path> savedTokenizer = from.file(Run.TOKENIZER);
        if (!from.isResumable() || savedConfig.isEmpty() || savedTokenizer.isEmpty()) {
            throw new UserError(from.directory() + " holds a model but no run to go on with");
        }
        RunConfig saved = ConfigLoader.load(savedConfig.get());
        requireSameModelAndOptimizer(config, saved);
        requireSameTokenizer(config, data.tokenizer(), Tokenizers.load(savedTokenizer.get()));
        List<Difference> rest = config.differences(saved).stream().filter(d -> !PLACE.contains(d.key())).toList();
        if (!rest.isEmpty()) {
            onNotice.accept("resuming with changed settings: " + joined(rest));
        }
        requireSameData(from, DataStamp.of(data), onNotice);
    }

    private static void requireSameModelAndOptimizer(RunConfig config, RunConfig saved) {
        List<Difference> model = config.model().differences(saved.model());
        if (!model.isEmpty()) {
            throw new UserError("cannot resume " + config.run().directory() + " with another model: " + joined(model)
                    + "; set them back, or choose another --run.name");
        }
        List<Difference> lora = config.differences(saved).stream().filter(d -> d.key().startsWith("lora.")).toList();
        if (!lora.isEmpty()) {
            throw new UserError("cannot resume " + config.run().directory() + " with another adapter: " + joined(lora)
                    + "; set them back, or choose another --run.name");
        }
        if (!config.train().freeze().equals(saved.train().freeze())) {
            throw new UserError("cannot resume " + config.run().directory() + " with other frozen parameters:"
                    + " train.freeze is " + config.train().freeze() + ", not " + saved.train().freeze()
                    + "; set it back, or begin a new run with model.init_from");
        }
        if (config.optim().emaDecay() > 0 != saved.optim().emaDecay() > 0) {
            throw new UserError("cannot resume " + config.run().directory() + (config.optim().emaDecay() > 0
                    ? " with an average of the weights, which it has not kept:"
                    : " without its average of the weights:")
                    + " optim.ema_decay is " + config.optim().emaDecay() + ", not " + saved.optim().emaDecay()
                    + "; set it back, or begin a new run with model.init_from");
        }
        requireSame("other groups of parameters", List.of("optim.groups"), config, saved);
        requireSame("another warm-up of the batch size", BATCH_WARMUP, config, saved);
        if (config.optim().optimizer() != saved.optim().optimizer()) {
            throw new UserError("cannot resume " + config.run().directory() + " with another optimizer:"
                    + " optim.optimizer is " + Records.word(config.optim().optimizer()) + ", not "
                    + Records.word(saved.optim().optimizer()) + "; set it back, or choose another --run.name");
        }
    }

    private static void requireSame(String what, List<String> keys, RunConfig config, RunConfig saved) {
        List<Difference> found = config.differences(saved).stream().filter(d -> keys.contains(d.key())).toList();
        if (!found.isEmpty()) {
            throw new UserError("cannot resume " + config.run().directory() + " with " + what + ": " + joined(found)
                    + "; set " + (found.size() == 1 ? "it" : "them") + " back, or choose another --run.name");
        }
    }

    private static void requireSameTokenizer(RunConfig config, Tokenizer own, Tokenizer saved) {
        if (!own.hash().equals(saved.hash())) {
            throw new UserError("cannot resume " + config.run().directory() + " with another tokenizer: the data's is "
                    + TokenizerStamp.of(own) + ", the checkpoint's is " + TokenizerStamp.of(saved)
                    + "; train on the same text, or choose another --run.name");
        }
    }

    private void requireSameData(Checkpoint from, DataStamp data, Consumer<String> onNotice) {
        Optional<DataStamp> saved = DataStamp.read(from.trainer());
        if (saved.isEmpty()) {
            onNotice.accept(from.directory() + " does not say which data it was trained on, so they are not compared");
            return;
        }
        String difference = data.difference(saved.get());
        if (!difference.isEmpty() && !dataChanged) {
            throw new UserError("cannot resume " + from.directory() + " with other data: " + difference
                    + "; give the same text and data.val_fraction, or go on with --resume --data-changed");
        }
        if (!difference.isEmpty()) {
            boolean comparable = data.val().equals(saved.get().val());
            onNotice.accept("resuming with other data: " + difference + (comparable ? ""
                    : "; validation losses do not compare, so the next evaluation counts as the best"));
        }
    }

    private static String joined(List<Difference> differences) {
        return differences.stream().map(Difference::toString).collect(Collectors.joining(", "));
    }
}
