package inkhorn.train;

import inkhorn.autograd.Scope;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.config.ConfigLoader;
import inkhorn.config.DataConfig;
import inkhorn.config.Difference;
import inkhorn.config.ModelConfig;
import inkhorn.config.RunConfig;
import inkhorn.config.RunIdentity;
import inkhorn.config.UserError;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TokenizerStamp;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.VocabularyPadding;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.config.Records;
import inkhorn.nn.hf.HuggingFace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The checkpoint with which a new run begins: {@code model.init_from}. It provides the weights, and also the
 * architecture and the tokenizer if the config has no keys for them.
 */
public final class InitialWeights {

    private InitialWeights() {
    }

    /**
     * The architecture and the tokenizer of a config's {@code model.init_from}; nothing where there is none. An
     * {@link inkhorn.config.Inherited}.
     *
     * @throws inkhorn.checkpoint.CheckpointException where there is no checkpoint, or it is damaged
     */
    public static Map<String, Object> inherited(RunIdentity run, String initFrom) {
        if (initFrom == null) {
            return Map.of();
        }
        Checkpoint checkpoint = TrainedModel.checkpoint(Path.of(initFrom));
        Map<String, Object> keys;
        try (Scope shapes = Scope.openOnShapes()) {
            keys = new LinkedHashMap<>(config(ModelFiles.architecture(checkpoint).get()).architecture());
        }
        Tokenizers.find(checkpoint.directory()).ifPresent(file -> keys.put(DataConfig.TOKENIZER, file.toString()));
        return keys;
    }

    private static ModelConfig config(LanguageModel model) {
        return model instanceof Gpt gpt ? new ModelConfig(ModelConfig.Type.GPT, gpt.gptConfig(), null)
                : new ModelConfig(ModelConfig.Type.BIGRAM,
                        GptConfig.defaults().withBlockSize(model.blockSize()), null);
    }

    /**
     * As {@link #inherited}, for a run that is resumed: what it inherited when it began stands in its directory, so
     * that the checkpoint that it began with is not read again.
     */
    public static Map<String, Object> inheritedOnResume(RunIdentity run, String initFrom) {
        Path written = run.directory().resolve(RunConfig.FILE);
        if (!Files.exists(written)) {
            return inherited(run, initFrom);
        }
        RunConfig begun = ConfigLoader.load(written);
        if (begun.model().initFrom() == null) {
            return Map.of();
        }
        Map<String, Object> keys = new LinkedHashMap<>(begun.model().architecture());
        String tokenizer = begun.data().tokenizer();
        Path own = run.directory().resolve("latest").resolve(Run.TOKENIZER);
        boolean isGone = tokenizer != null && Tokenizers.kind(tokenizer).isEmpty() && !Files.exists(Path.of(tokenizer));
        if (tokenizer != null) {
            keys.put(DataConfig.TOKENIZER, isGone ? own.toString() : tokenizer);
        }
        return keys;
    }

    /**
     * Replaces the weights of a model by those of a checkpoint. A directory without a tokenizer is held against the
     * vocabulary's size alone. Of a longer context the model gets the first positions, and of a padded vocabulary the
     * tokens.
     *
     * @param from what {@code sample} takes too: a checkpoint, a run, or a directory with model.safetensors (or its
     *             index and files) and config.json
     * @return the checkpoint
     * @throws UserError naming what differs where the model or the tokenizer is another one
     * @throws inkhorn.checkpoint.CheckpointException where there is no checkpoint, or it is damaged
     */
    public static Checkpoint load(LanguageModel model, Tokenizer tokenizer, Path from) {
        Checkpoint checkpoint = TrainedModel.checkpoint(from);
        checkpoint.requireModel();
        requireSameTokenizer(checkpoint, tokenizer);
        requireSameShape(checkpoint, model, tokenizer);
        ModelFiles.loadInto(model, checkpoint);
        return checkpoint;
    }

    private static void requireSameTokenizer(Checkpoint checkpoint, Tokenizer tokenizer) {
        Optional<TokenizerStamp> own = Tokenizers.find(checkpoint.directory())
                .map(file -> TokenizerStamp.of(Tokenizers.load(file)))
                .or(() -> TokenizerStamp.read(checkpoint.config()));
        own.filter(stamp -> !stamp.sha256().equals(tokenizer.hash())).ifPresent(stamp -> {
            throw new UserError(ModelConfig.INIT_FROM + ": the tokenizer of " + checkpoint.directory() + " is " + stamp
                    + ", the data's is " + TokenizerStamp.of(tokenizer)
                    + "; leave data.tokenizer out for the checkpoint's");
        });
    }

    private static void requireSameShape(Checkpoint checkpoint, LanguageModel model, Tokenizer tokenizer) {
        Map<String, Object> mine = shape(model);
        Map<String, Object> other;
        try (Scope shapes = Scope.openOnShapes()) {
            other = shape(ModelFiles.architecture(checkpoint, initial(checkpoint, model, tokenizer)).get());
        }
        List<Difference> different = new ArrayList<>();
        mine.forEach((name, value) -> {
            if (other.containsKey(name) && !value.equals(other.get(name))) {
                different.add(new Difference(name, String.valueOf(value), String.valueOf(other.get(name))));
            }
        });
        if (!different.isEmpty()) {
            throw new UserError(ModelConfig.INIT_FROM + ": " + checkpoint.directory()
                    + " has a model of another shape: "
                    + different.stream().map(Difference::toString).collect(Collectors.joining(", "))
                    + "; leave the keys out for the checkpoint's, or choose another checkpoint");
        }
    }

    /** The checkpoint's keys, without what a new run chooses anew: what is dropped, and a shorter context. */
    private static Map<String, Object> initial(Checkpoint checkpoint, LanguageModel model,
                                               Tokenizer tokenizer) {
        Map<String, Object> config =
                HuggingFace.withoutDropout(VocabularyPadding.withoutPadding(checkpoint, tokenizer));
        config.remove("drop_path");
        String blockSize = HuggingFace.blockSizeKey(config);
        if (model instanceof Gpt && config.get(blockSize) instanceof Integer longest
                && longest > model.blockSize()) {
            config.put(blockSize, model.blockSize());
        }
        return config;
    }

    /** What must be the same; dropout is no part of a model's shape. */
    private static Map<String, Object> shape(LanguageModel model) {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("model.type", model.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        shape.put("the vocabulary's size", model.vocabSize());
        shape.put("model.block_size", model.blockSize());
        if (model instanceof Gpt gpt) {
            Records.values(gpt.gptConfig()).forEach((component, value) -> shape.put("model." + Records.key(component),
                    value instanceof Enum<?> constant ? Records.word(constant) : value));
            shape.keySet().removeAll(ModelConfig.OF_TRAINING);
            shape.remove("model.vocab_size");
        }
        return shape;
    }
}
