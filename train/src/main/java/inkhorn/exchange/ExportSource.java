package inkhorn.exchange;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.data.DataException;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.LanguageModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is exported.
 *
 * @param tokenizer empty where a checkpoint has none; else its ids are the model's
 */
public record ExportSource(LanguageModel model, Optional<Tokenizer> tokenizer) {

    /**
     * Opens a checkpoint, or the best one of a run, with its tokenizer if it has one.
     *
     * @throws CheckpointException where there is none, or what is there is damaged or does not fit together
     * @throws DataException where its tokenizer is damaged
     */
    public static ExportSource open(Path runOrCheckpoint) {
        Checkpoint checkpoint = TrainedModel.checkpoint(runOrCheckpoint);
        checkpoint.requireModel();
        if (Tokenizers.find(checkpoint.directory()).isEmpty()) {
            return new ExportSource(ModelFiles.load(checkpoint), Optional.empty());
        }
        TrainedModel trained = TrainedModel.open(checkpoint.directory());
        return new ExportSource(trained.model(), Optional.of(trained.tokenizer()));
    }
}
