package inkhorn.generate;

import inkhorn.autograd.Scope;
import inkhorn.checkpoint.AdapterFiles;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.lora.Lora;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A model with the tokenizer that it was trained with: what a program needs to write text.
 *
 * @param model its ids are the tokenizer's
 */
public record TrainedModel(LanguageModel model, Tokenizer tokenizer) {
    /** The tokenizer's file in a checkpoint. */
    public static final String TOKENIZER_FILE = "tokenizer.json";

    private static final String BEST = "best";

    /** @throws IllegalArgumentException when the two have vocabularies of different sizes */
    public TrainedModel {
        if (tokenizer.vocabSize() != model.vocabSize()) {
            throw new IllegalArgumentException("the tokenizer has " + tokenizer.vocabSize() + " tokens, the model "
                    + model.vocabSize());
        }
    }

    /**
     * Opens a checkpoint, or the best one of a run, or the newest whole one where a run has no best.
     *
     * @throws CheckpointException where there is none, or what is there is damaged or does not fit together
     * @throws DataException where its tokenizer is damaged
     */
    public static TrainedModel open(Path runOrCheckpoint) {
        Checkpoint checkpoint = checkpoint(runOrCheckpoint);
        Path file = tokenizerFile(checkpoint);
        Tokenizer tokenizer = Tokenizers.load(file);
        Optional<TokenizerStamp> trained = TokenizerStamp.read(checkpoint.config());
        if (trained.isPresent() && !trained.get().sha256().equals(tokenizer.hash())) {
            throw CheckpointException.userError(file + ": is " + TokenizerStamp.of(tokenizer)
                    + ", the model was trained with "
                    + trained.get() + "; put the tokenizer.json there that the model was trained with");
        }
        LanguageModel model = ModelFiles.load(checkpoint,
                VocabularyPadding.withoutPadding(checkpoint, tokenizer));
        if (tokenizer.vocabSize() != model.vocabSize()) {
            throw CheckpointException.userError(file + ": has " + tokenizer.vocabSize() + " tokens, the model "
                    + model.vocabSize() + "; give the tokenizer that the model was trained with");
        }
        return new TrainedModel(model, tokenizer);
    }

    /**
     * As {@link #open(Path)}, with a LoRA adapter on the model: that of a directory in PEFT's layout, or of a run.
     *
     * @throws CheckpointException also where the adapter does not fit, or names another base
     */
    public static TrainedModel open(Path runOrCheckpoint, Path adapter) {
        Checkpoint base = checkpoint(runOrCheckpoint);
        base.requireModel();
        Path directory = AdapterFiles.areIn(adapter) ? adapter : checkpoint(adapter).directory();
        if (!AdapterFiles.areIn(directory)) {
            throw CheckpointException.userError(directory + ": holds a model, not a LoRA adapter; name a directory"
                    + " with " + AdapterFiles.CONFIG + ", or a run that trained one");
        }
        TrainedModel trained = open(base.directory());
        AdapterFiles.put(trained.model, base, directory);
        return trained;
    }

    /** This one with its adapters folded into the weights; it can be saved. */
    public TrainedModel merged() {
        return new TrainedModel(Lora.merged(model), tokenizer);
    }

    /**
     * The tokenizer alone, of the checkpoint that {@link #open} would take.
     *
     * @throws CheckpointException where there is none, or what is there is damaged
     * @throws DataException where its tokenizer is damaged
     */
    public static Tokenizer tokenizer(Path runOrCheckpoint) {
        return Tokenizers.load(tokenizerFile(checkpoint(runOrCheckpoint)));
    }

    /**
     * Writes a directory that {@link #open} reads: weights, {@code config.json} and the tokenizer's files. Without a
     * trainer's state it cannot be resumed.
     *
     * @param directory is created where it does not exist
     * @throws CheckpointException where the directory holds a model already, which would be lost, or cannot be written
     */
    public void save(Path directory) {
        ModelFiles.save(directory, model, TokenizerStamp.of(tokenizer).in(ModelFiles.configJson(model)),
                TokenizerFiles.of(tokenizer, model.blockSize()));
    }

    /** As {@link #stream(String, WritingOptions, Consumer)} with {@link WritingOptions#DEFAULTS}. */
    public FinishReason stream(String prompt, Consumer<String> out) {
        return stream(prompt, WritingOptions.DEFAULTS, out);
    }

    /**
     * Writes on from a prompt and hands the text over piece by piece, as soon as each token is chosen. For texts side
     * by side, or to stop from outside, use {@link Generator}.
     *
     * @param prompt may be empty; it is not handed over
     * @param out receives whole characters, without the end-of-text token and without a stop string
     * @return why the text ended
     * @throws DataException naming a character of the prompt that the vocabulary does not have
     * @throws IllegalStateException when a logit is not a finite number, as after a failed training
     */
    public FinishReason stream(String prompt, WritingOptions options, Consumer<String> out) {
        StreamedText text = new StreamedText(tokenizer, prompt, options.stops(), out);
        Limits limits = new Limits(options.tokens(), tokenizer.endOfText(), true);
        try (Scope arrays = Scope.open()) {
            FinishReason reason = new Generator(model, options.sampler(), options.seed())
                    .generate(prompt(prompt), limits, 0, text);
            text.finish();
            return reason;
        }
    }

    /**
     * The checkpoint that {@link #open} takes: the one named, or the best of a run, or the newest whole one where a run
     * has no best.
     *
     * @throws CheckpointException where there is none, or what is there is damaged
     */
    public static Checkpoint checkpoint(Path runOrCheckpoint) {
        Path best = runOrCheckpoint.resolve(BEST);
        boolean hasBest = Files.exists(best, LinkOption.NOFOLLOW_LINKS);
        return Checkpoint.open(hasBest ? best : runOrCheckpoint);
    }

    private static Path tokenizerFile(Checkpoint checkpoint) {
        return Tokenizers.find(checkpoint.directory()).orElseThrow(() -> CheckpointException.userError(
                checkpoint.directory() + ": has no " + TOKENIZER_FILE
                        + "; copy the one that the model was trained with there"));
    }

    /**
     * The ids of a prompt, at least one: a model needs something to go on from. A special token that is spelled out
     * becomes its id ({@link Tokenizer#encodePrompt}); a prompt that comes to nothing becomes
     * {@link Tokenizer#startOfText}.
     *
     * @throws DataException naming a character that the vocabulary does not have
     */
    public int[] prompt(String text) {
        // A word tokenizer keeps no spaces, so that not only an empty prompt may come to nothing.
        int[] ids = tokenizer.encodePrompt(text);
        return ids.length > 0 ? ids : tokenizer.startOfText();
    }
}
