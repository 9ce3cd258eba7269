package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code inspect-data}: shows what is in prepared data. */
@Command(name = "inspect-data", sortOptions = false, description = "Show prepared data: counts, tokens, and a batch as training sees it.")
public final class InspectDataCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Parameters(index = "0", paramLabel = "DIR", description = "What prepare made, or a directory under data/sets/NAME/.")
    private String directory;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10", description = "Rows of the tables of tokens (default: ${DEFAULT-VALUE}).")
    private String top;

    @Option(names = "--batch-size", paramLabel = "B", defaultValue = "2", description = "Sequences of the batch (default: ${DEFAULT-VALUE}).")
    private String batchSize;

    @Option(names = "--block-size", paramLabel = "T", defaultValue = "8", description = "Tokens of a sequence (default: ${DEFAULT-VALUE}).")
    private String blockSize;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337",
            description = "The batch is the first of a run with this seed (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Mixin
    private CommonOptions common;

    /**
     * What to show.
     *
     * @param directory prepared data
     * @param top       rows of each table of tokens
     * @param batchSize B
     * @param blockSize T
     * @param seed      of the batch
     */
    public record Request(Path directory, int top, int batchSize, int blockSize, long seed) {
    }

    InspectDataCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        return job.run(new Request(
                Arguments.path("DIR", directory),
                (int) Arguments.whole("--top", top, 1, 10_000),
                (int) Arguments.whole("--batch-size", batchSize, 1, 1000),
                (int) Arguments.whole("--block-size", blockSize, 1, 1000),
                Arguments.whole("--seed", seed, Long.MIN_VALUE, Long.MAX_VALUE)));
    }
}
