package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.Engine;
import inkhorn.cli.options.EngineOptions;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code doctor}: what training has to work with on this machine, and what to change. */
@Command(name = "doctor", sortOptions = false,
        description = "Show the Java, kernels, speed and memory that training has on this machine, and how to improve them.")
public final class DoctorCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Parameters(index = "0", arity = "0..1", paramLabel = "CONFIG", description = "See whether the heap is large enough to train this.")
    private String config;

    @Option(names = "--json", description = "One JSON object, for programs.")
    private boolean json;

    @Mixin
    private EngineOptions engine;

    /**
     * What to look at.
     *
     * @param config what is to be trained, if anything in particular
     * @param json   whether a program reads the answer
     */
    public record Request(Optional<RunConfig> config, boolean json, Engine engine) {
    }

    DoctorCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        Optional<RunConfig> loaded = config == null ? Optional.empty()
                : Optional.of(ConfigLoader.load(Arguments.path("CONFIG", config), Map.of()));
        return job.run(new Request(loaded, json, engine.engine()));
    }
}
