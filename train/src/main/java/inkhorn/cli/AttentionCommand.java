package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.Engine;
import inkhorn.cli.options.EngineOptions;
import inkhorn.config.UserError;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attention}: the four stages of self-attention on a text. */
@Command(name = "attention", sortOptions = false,
        description = "Show the attention of a trained model on a text: scores, mask, softmax, weighted values.")
public final class AttentionCommand implements Callable<Integer> {

    private static final int LARGEST = 1_000_000;

    private final Job<Request> job;

    @Parameters(index = "0", paramLabel = "RUN_OR_CHECKPOINT", description = "A run's directory (its best checkpoint) or a checkpoint.")
    private String from;

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "Text to look at, at most block_size tokens.")
    private String prompt;

    @Option(names = "--layer", paramLabel = "L", description = "One layer, counted from 0 (default: all; the table shows 0).")
    private String layer;

    @Option(names = "--head", paramLabel = "H", description = "One head, counted from 0 (default: all; the table shows 0).")
    private String head;

    @Option(names = "--png", paramLabel = "FILE", description = "Write heat maps of the softmax; of one head, all four stages.")
    private String png;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page to explore in a browser, with logit lens and next tokens.")
    private String html;

    @Option(names = "--csv", description = "Print every number of the chosen heads, one a line.")
    private boolean csv;

    @Option(names = "--json", description = "Print one JSON object: the chosen heads, logit lens and next tokens.")
    private boolean json;

    @Mixin
    private EngineOptions engine;

    /** What is printed. */
    enum Output { TABLE, CSV, JSON }

    /**
     * What to show.
     *
     * @param from   a run directory or a checkpoint
     * @param prompt not tokenized yet, not empty
     * @param layer  -1 for all
     * @param head   -1 for all
     */
    public record Request(Path from, String prompt, int layer, int head, Optional<Path> png, Optional<Path> html, Output output,
                          Engine engine) {
    }

    AttentionCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        if (prompt.isEmpty()) {
            throw new UserError("--prompt: found nothing, expected at least one character");
        }
        if (csv && json) {
            throw new UserError("--csv and --json: found both, allowed is one; leave one out");
        }
        return job.run(new Request(
                Arguments.path("RUN_OR_CHECKPOINT", from),
                prompt,
                layer == null ? -1 : (int) Arguments.whole("--layer", layer, 0, LARGEST),
                head == null ? -1 : (int) Arguments.whole("--head", head, 0, LARGEST),
                Optional.ofNullable(png).map(file -> Arguments.path("--png", file)),
                Optional.ofNullable(html).map(file -> Arguments.path("--html", file)),
                csv ? Output.CSV : json ? Output.JSON : Output.TABLE,
                engine.engine()));
    }
}
