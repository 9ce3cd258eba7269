package inkhorn.cli;

import java.nio.file.Path;
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

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to go on from (default: a line break).")
    private String prompt = "";

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "500", description = "Tokens to write (default: ${DEFAULT-VALUE}).")
    private String tokens;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "0.8",
            description = "Above 1 wilder, below 1 tamer, 0 always the likeliest (default: ${DEFAULT-VALUE}).")
    private String temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "200",
            description = "Choose among the K likeliest tokens; 0 among all (default: ${DEFAULT-VALUE}).")
    private String topK;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337", description = "The same seed, the same text (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Option(names = "--num", paramLabel = "M", defaultValue = "1", description = "Texts to write (default: ${DEFAULT-VALUE}).")
    private String num;

    @Mixin
    private EngineOptions engine;

    /**
     * What to write.
     *
     * @param from        a run directory or a checkpoint
     * @param prompt      not tokenized yet; may be empty
     * @param tokens      to write after the prompt, at least 1
     * @param temperature finite, 0 = greedy
     * @param topK        0 = all
     * @param num         texts, at least 1
     */
    public record Request(
            Path from, String prompt, int tokens, double temperature, int topK, long seed, int num, Engine engine) {
    }

    SampleCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        return job.run(new Request(
                Arguments.path("RUN_OR_CHECKPOINT", from),
                prompt,
                (int) Arguments.whole("--tokens", tokens, 1),
                Arguments.decimal("--temperature", temperature, 0),
                (int) Arguments.whole("--top-k", topK, 0),
                Arguments.whole("--seed", seed, Long.MIN_VALUE, Long.MAX_VALUE),
                (int) Arguments.whole("--num", num, 1),
                engine.engine()));
    }
}
