package inkhorn.cli.exchange;

import inkhorn.checkpoint.ModelFiles;
import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.generate.TrainedModel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code merge}: folds a LoRA adapter into its base. */
@Command(name = "merge", sortOptions = false,
        description = "Make a checkpoint of a model and a LoRA adapter, whose terms are added to the weights.")
public final class MergeCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "CKPT",
            description = "The base: a run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Parameters(index = "1", paramLabel = "ADAPTER",
            description = "A run that trained an adapter, or a directory as PEFT writes it.")
    private String adapter;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Directory to make.")
    private String out;

    @Mixin
    private CommonOptions common;

    public MergeCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Path base = Arguments.path("CKPT", from);
        Path added = Arguments.path("ADAPTER", adapter);
        Path directory = Arguments.path("--out", out);
        ModelFiles.requireNoModel(directory);
        TrainedModel trained = TrainedModel.open(base, added).merged();
        trained.save(directory);
        context.out().printf(Locale.ROOT, "done: %s, a model of %,d parameters; write with: java -jar train.jar sample"
                + " %s%n", directory, trained.model().parameterCount(), directory);
        context.out().flush();
        return 0;
    }
}
