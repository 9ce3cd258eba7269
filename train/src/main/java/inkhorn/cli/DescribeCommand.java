package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.Format;
import inkhorn.cli.options.FormatOptions;
import inkhorn.config.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code describe}: what a model consists of, what it takes, and the way of a batch through it. */
@Command(name = "describe", sortOptions = false,
        description = "Show a model's parameters, memory and FLOPs, and the shapes of a batch at each step.")
public final class DescribeCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Parameters(index = "0", paramLabel = "CONFIG_OR_CKPT", description = "A config, a run or a checkpoint.")
    private String from;

    @Option(names = "--batch", paramLabel = "BxT",
            description = "Sequences and tokens of the batch, as 2x4 (default: the config's; one whole context for a checkpoint).")
    private String batch;

    @Option(names = "--vocab-size", paramLabel = "N", description = "Tokens, where a config's text is not known yet.")
    private String vocabSize;

    @Option(names = "--table", paramLabel = "parameters|memory|walk",
            description = "Show this table alone (default: all; with --csv the parameters, as CSV has one table).")
    private String table;

    @Mixin
    private FormatOptions format;

    @Mixin
    private CommonOptions common;

    /** A part of the description. */
    public enum Part { PARAMETERS, MEMORY, WALK }

    /**
     * Sizes of a batch.
     *
     * @param sequences B, at least 1
     * @param tokens    T of each, at least 1
     */
    public record Batch(int sequences, int tokens) {
    }

    /**
     * What to describe.
     *
     * @param from      a config's file, a run's directory or a checkpoint; it exists
     * @param batch     null for the default
     * @param vocabSize 0 for what the config or checkpoint has
     * @param part      null for all
     */
    public record Request(Path from, Batch batch, int vocabSize, Part part, Format format) {
    }

    DescribeCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        Path path = Arguments.path("CONFIG_OR_CKPT", from);
        if (!Files.exists(path)) {
            throw new UserError(path + ": no such file or directory; give a config such as configs/gpt2.yaml, a run or a checkpoint");
        }
        return job.run(new Request(path, batch == null ? null : batch(batch),
                vocabSize == null ? 0 : (int) Arguments.whole("--vocab-size", vocabSize, 1),
                table == null ? null : Arguments.word("--table", table, Part.values()), format.format()));
    }

    private static Batch batch(String text) {
        String[] sizes = text.strip().split("x", -1);
        if (sizes.length != 2) {
            throw new UserError("--batch: found " + (text.isBlank() ? "nothing" : text)
                    + ", expected sequences x tokens of each, as 2x4");
        }
        return new Batch((int) Arguments.whole("--batch", sizes[0], 1), (int) Arguments.whole("--batch", sizes[1], 1));
    }
}
