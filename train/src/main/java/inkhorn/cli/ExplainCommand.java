package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.Engine;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.Format;
import inkhorn.cli.options.FormatOptions;
import inkhorn.cli.options.StrategyOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: what else might have come, at each token that {@code sample} writes. */
@Command(name = "explain", sortOptions = false, description = "Show, token by token, the candidates and how the next token was chosen.")
public final class ExplainCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Parameters(index = "0", paramLabel = "CKPT", description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to continue (default: as for sample).")
    private String prompt = "";

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "4", description = "Tokens to write (default: ${DEFAULT-VALUE}).")
    private String tokens;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10",
            description = "Candidates to show for each, and the chosen one besides (default: ${DEFAULT-VALUE}).")
    private String top;

    @Mixin
    private StrategyOptions strategy;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337",
            description = "The same seed gives the same text as in sample (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Mixin
    private FormatOptions format;

    @Mixin
    private EngineOptions engine;

    /**
     * What to explain.
     *
     * @param prompt  not tokenized yet; may be empty
     * @param tokens  to write at most, at least 1
     * @param top     candidates of each, at least 1
     * @param strategy how tokens are chosen
     */
    public record Request(Path from, String prompt, int tokens, int top, StrategyOptions.Strategy strategy, long seed, Format format, Engine engine) {
    }

    ExplainCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        return job.run(new Request(Arguments.path("CKPT", from), prompt, (int) Arguments.whole("--tokens", tokens, 1),
                (int) Arguments.whole("--top", top, 1), strategy.strategy(), Arguments.whole("--seed", seed, Long.MIN_VALUE, Long.MAX_VALUE),
                format.format(), engine.engine()));
    }
}
