package inkhorn.cli;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.EngineOptions;
import inkhorn.train.Parity;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * {@code parity}: recomputes what PyTorch computed and prints a table of the differences; exit code 1 if one is out of
 * bounds.
 */
@Command(name = "parity", sortOptions = false,
        description = "Recompute PyTorch's logits, gradients and training steps in DIR; exit 1 if one is out of"
                + " bounds.")
public final class ParityCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "DIR",
            description = "Directory with golden.safetensors, model.safetensors and config.json.")
    private String directory;

    @Mixin
    private EngineOptions engine;

    ParityCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Path reference = Arguments.path("DIR", directory);
        engine.start();
        Parity report = Parity.run(reference);
        int failed = report.failures().size();
        context.out().print(report.table());
        context.out().println();
        context.out().println(failed == 0
                ? "all " + report.rows().size() + " comparisons within bounds"
                : failed + " of " + report.rows().size() + " comparisons out of bounds");
        context.out().flush();
        return failed == 0 ? 0 : Failure.RUN_FAILED;
    }
}
