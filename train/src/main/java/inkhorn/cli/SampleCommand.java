package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.BeamOptions;
import inkhorn.cli.options.Engine;
import inkhorn.cli.options.EngineOptions;
import inkhorn.cli.options.PromptOptions;
import inkhorn.cli.options.StrategyOptions;
import inkhorn.config.UserError;
import inkhorn.generate.Beams;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sample}: writes text with a trained model. */
@Command(name = "sample", sortOptions = false, description = "Write text with a trained model.")
public final class SampleCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Parameters(index = "0", paramLabel = "RUN_OR_CHECKPOINT", description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Mixin
    private PromptOptions prompt;

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "500", description = "Tokens to write (default: ${DEFAULT-VALUE}).")
    private String tokens;

    @Option(names = "--num", paramLabel = "M", defaultValue = "1", description = "Texts to write (default: ${DEFAULT-VALUE}).")
    private String num;

    @Mixin
    private StrategyOptions strategy;

    @Mixin
    private BeamOptions beam;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337",
            description = "The same seed gives the same text (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End a text before this text; may be given several times.")
    private List<String> stops = List.of();

    @Option(names = "--no-slide", description = "End a text when the model's context is full, instead of sliding the window.")
    private boolean noSlide;

    @Option(names = "--json", description = "One JSON object a text: text, token ids, log-probabilities, finish reason, timings.")
    private boolean json;

    @Option(names = "--no-cache", description = "Compute the whole context again for every token: the same text, much slower.")
    private boolean noCache;

    @Option(names = "--stats",
            description = "Print prefill and decode tokens/s, and the share of the memory's bandwidth, on standard error.")
    private boolean stats;

    @Mixin
    private EngineOptions engine;

    /**
     * What to write.
     *
     * @param from     a run directory or a checkpoint
     * @param prompt   not read yet
     * @param strategy how tokens are chosen
     * @param tokens   to write after the prompt at most, at least 1
     * @param num      texts, at least 1; of beam search at most its width
     * @param stops    texts that end a text, none of them empty
     * @param slide    whether a text may be longer than the model's context
     * @param json     objects instead of text
     * @param cache    whether keys and values are kept from token to token
     * @param stats    whether to say how fast it went
     */
    public record Request(Path from, PromptOptions.Source prompt, StrategyOptions.Strategy strategy, int tokens, int num, long seed,
                          List<String> stops, boolean slide, boolean json, boolean cache, boolean stats, Engine engine) {
    }

    SampleCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        StrategyOptions.Strategy chosen = strategy.strategy(beam.beams());
        int texts = (int) Arguments.whole("--num", num, 1);
        int most = chosen.beams().map(Beams::width).orElse(texts);
        if (texts > most) {
            throw new UserError("--num: found " + num + ", expected at most " + most + ", the number of beams; raise --beam");
        } else if (stops.contains("")) {
            throw new UserError("--stop: found nothing, expected a text of at least one character; leave it out to stop at none");
        }
        return job.run(new Request(
                Arguments.path("RUN_OR_CHECKPOINT", from),
                prompt.source(),
                chosen,
                (int) Arguments.whole("--tokens", tokens, 1),
                texts,
                Arguments.whole("--seed", seed, Long.MIN_VALUE, Long.MAX_VALUE),
                List.copyOf(stops),
                !noSlide,
                json,
                !noCache,
                stats,
                engine.engine()));
    }
}
