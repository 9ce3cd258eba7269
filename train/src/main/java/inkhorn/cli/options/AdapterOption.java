package inkhorn.cli.options;

import inkhorn.generate.TrainedModel;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option of a command that computes with a model: an adapter on it. */
public final class AdapterOption {

    @Option(names = "--adapter", paramLabel = "ADAPTER",
            description = "A LoRA adapter on the model: a run that trained one, or a directory as PEFT writes it.")
    private String adapter;

    /** The model of a checkpoint, with the adapter on it if one is given. */
    public TrainedModel open(Path runOrCheckpoint) {
        return adapter == null ? TrainedModel.open(runOrCheckpoint)
                : TrainedModel.open(runOrCheckpoint, Arguments.path("--adapter", adapter));
    }
}
