package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.Engine;
import inkhorn.cli.options.EngineOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code parity}: recomputes what PyTorch computed and compares. */
@Command(name = "parity", sortOptions = false,
        description = "Recompute PyTorch's logits, gradients and training steps in DIR; exit 1 if one is out of bounds.")
public final class ParityCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Parameters(index = "0", paramLabel = "DIR", description = "Directory with golden.safetensors, model.safetensors and config.json.")
    private String directory;

    @Mixin
    private EngineOptions engine;

    /** What to compare with. */
    public record Request(Path directory, Engine engine) {
    }

    ParityCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        return job.run(new Request(Arguments.path("DIR", directory), engine.engine()));
    }
}
