package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.Format;
import inkhorn.cli.options.FormatOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code neighbours}: the tokens whose embeddings are nearest to one's. */
@Command(name = "neighbours", sortOptions = false,
        description = "Show the tokens whose embeddings are most similar to that of a given token, by cosine.")
public final class NeighboursCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Parameters(index = "0", paramLabel = "CKPT", description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Option(names = "--token", paramLabel = "TEXT", required = true, description = "Text that is one token.")
    private String token;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10", description = "Neighbours to show (default: ${DEFAULT-VALUE}).")
    private String top;

    @Mixin
    private FormatOptions format;

    @Mixin
    private CommonOptions common;

    /**
     * What to look for.
     *
     * @param token not tokenized yet
     * @param top   at least 1
     */
    public record Request(Path from, String token, int top, Format format) {
    }

    NeighboursCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        return job.run(new Request(Arguments.path("CKPT", from), token, (int) Arguments.whole("--top", top, 1), format.format()));
    }
}
