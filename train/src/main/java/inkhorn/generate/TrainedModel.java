package inkhorn.generate;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.DataException;
import inkhorn.data.Tokenizer;
import inkhorn.data.Tokenizers;
import inkhorn.nn.LanguageModel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A model that has learned something, with the tokenizer it learned with.
 *
 * @param checkpoint where both come from; its step says how long the model was trained
 */
public record TrainedModel(LanguageModel model, Tokenizer tokenizer, Checkpoint checkpoint) {

    /** The tokenizer's file in a checkpoint. */
    public static final String TOKENIZER_FILE = "tokenizer.json";

    private static final String BEST = "best";

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
        TokenizerStamp.read(checkpoint.config()).filter(trained -> !trained.sha256().equals(tokenizer.hash())).ifPresent(trained -> {
            throw CheckpointException.userError(file + ": is " + TokenizerStamp.of(tokenizer) + ", the model was trained with " + trained
                    + "; put the tokenizer.json there that the model was trained with");
        });
        LanguageModel model = ModelFiles.load(checkpoint);
        if (tokenizer.vocabularySize() != model.vocabSize()) {
            throw CheckpointException.userError(file + ": has " + tokenizer.vocabularySize() + " tokens, the model "
                    + model.vocabSize() + "; give the tokenizer that the model was trained with");
        }
        return new TrainedModel(model, tokenizer, checkpoint);
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

    private static Checkpoint checkpoint(Path runOrCheckpoint) {
        Path best = runOrCheckpoint.resolve(BEST);
        boolean hasBest = Files.exists(best, LinkOption.NOFOLLOW_LINKS);
        return Checkpoint.open(hasBest ? best : runOrCheckpoint);
    }

    private static Path tokenizerFile(Checkpoint checkpoint) {
        return checkpoint.file(TOKENIZER_FILE).orElseThrow(() -> CheckpointException.userError(
                checkpoint.directory() + ": has no " + TOKENIZER_FILE + "; copy the one that the model was trained with there"));
    }

    /**
     * The ids of a prompt, at least one: a model needs something to go on from. A special token that is spelled out becomes its
     * id ({@link Tokenizer#encodePrompt}); a prompt that comes to nothing becomes {@link Tokenizer#startOfText}.
     *
     * @throws DataException naming a character that the vocabulary does not have
     */
    public int[] prompt(String text) {
        // A word tokenizer keeps no spaces, so that not only an empty prompt may come to nothing.
        int[] ids = tokenizer.encodePrompt(text);
        return ids.length > 0 ? ids : tokenizer.startOfText();
    }
}
