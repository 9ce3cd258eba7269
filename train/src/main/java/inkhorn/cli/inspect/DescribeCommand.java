package inkhorn.cli.inspect;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.FormatOptions;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.inspect.ModelSummary;
import inkhorn.nn.LanguageModel;
import inkhorn.train.InitialWeights;
import inkhorn.train.Models;
import inkhorn.train.TrainingMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code describe}: what a model consists of, what it takes, and the shapes of a batch in it; no weights are read or
 * made.
 */
@Command(name = "describe", sortOptions = false,
        description = "Show a model's parameters, memory and FLOPs, and the shapes of a batch at each step.")
public final class DescribeCommand implements Callable<Integer> {

    /** In a run's directory these may be files with the name of a checkpoint. */
    private static final Set<String> POINTERS = Set.of("best", "latest");

    private final Context context;

    @Parameters(index = "0", paramLabel = "CONFIG_OR_CKPT", description = "A config, a run or a checkpoint.")
    private String from;

    @Option(names = "--batch", paramLabel = "BxT",
            description = "Sequences and tokens of the batch, as 2x4 (default: the config's; one whole context for a"
                    + " checkpoint).")
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
    public enum Section { PARAMETERS, MEMORY, WALK }

    /**
     * Sizes of a batch.
     *
     * @param sequences B, at least 1
     * @param tokens    T of each, at least 1
     */
    public record BatchSize(int sequences, int tokens) {
    }

    /** What is described; the batch is the one that is meant where none is given. */
    private record Subject(Supplier<LanguageModel> model, RunConfig training, int blockSize, Vocabulary vocabulary,
                           BatchSize batch) {
    }

    public DescribeCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Path path = Arguments.path("CONFIG_OR_CKPT", from);
        if (!Files.exists(path)) {
            throw new UserError(path + ": no such file or directory; give a config such as configs/gpt2.yaml, a run or"
                    + " a checkpoint");
        }
        BatchSize asked = batch == null ? null : batch(batch);
        int tokens = vocabSize == null ? 0 : (int) Arguments.whole("--vocab-size", vocabSize, 1);
        Section part = table == null ? null : Arguments.word("--table", table, Section.values());
        FormatOptions.Format output = format.format();
        boolean isConfig = Files.isRegularFile(path) && !POINTERS.contains(path.getFileName().toString());
        Subject subject = isConfig ? ofConfig(path, tokens) : ofCheckpoint(path, tokens);
        BatchSize size = asked == null ? subject.batch() : asked;
        if (size.tokens() > subject.blockSize()) {
            throw new UserError("--batch: found " + size.tokens()
                    + " tokens, expected at most the model's block_size of " + subject.blockSize());
        }
        DescribeReport report = report(path.toString(), subject, size);
        context.print(switch (output) {
            case TEXT -> report.text(part);
            case CSV -> report.csv(part);
            case JSON -> report.json();
        });
        return 0;
    }

    private static BatchSize batch(String text) {
        String[] sizes = text.strip().split("x", -1);
        if (sizes.length != 2) {
            throw new UserError("--batch: found " + (text.isBlank() ? "nothing" : text)
                    + ", expected sequences x tokens of each, as 2x4");
        }
        return new BatchSize((int) Arguments.whole("--batch", sizes[0], 1),
                (int) Arguments.whole("--batch", sizes[1], 1));
    }

    private Subject ofConfig(Path path, int tokens) {
        RunConfig config = ConfigLoader.load(path, Map.of(), InitialWeights::inherited, note -> { });
        Vocabulary vocabulary = tokens > 0 ? Vocabulary.known(tokens, "as --vocab-size says")
                : Vocabulary.of(config.data(), context.dataSets());
        int block = config.model().gpt().blockSize();
        return new Subject(() -> config.model().create(vocabulary.size(), new Rng(0)),
                config, block, vocabulary, new BatchSize(config.train().batchSize(), block));
    }

    private static DescribeReport report(String name, Subject subject, BatchSize size) {
        try {
            Supplier<LanguageModel> model = () -> Models.trainable(subject.model().get(),
                    subject.training());
            ModelSummary summary = ModelSummary.of(model, size.sequences(), size.tokens());
            TrainingMemory memory = TrainingMemory.of(model, subject.training().optim().optimizer(),
                    subject.training().train().activationCheckpointing(), size.sequences(), size.tokens());
            return new DescribeReport(name, summary, memory, subject.vocabulary(), size);
        } catch (IllegalArgumentException e) {
            throw new UserError("a batch of " + size.sequences() + "x" + size.tokens() + ": " + e.getMessage()
                    + "; choose a smaller train.batch_size, or --batch, or a smaller model");
        }
    }

    private static Subject ofCheckpoint(Path path, int tokens) {
        Checkpoint checkpoint = Checkpoint.open(path);
        Supplier<LanguageModel> model = ModelFiles.architecture(checkpoint);
        try (Scope shapes = Scope.openOnShapes()) {
            LanguageModel made = model.get();
            if (tokens > 0 && tokens != made.vocabSize()) {
                throw new UserError("--vocab-size: found " + tokens + ", but the checkpoint has " + made.vocabSize()
                        + " tokens; leave the option out");
            }
            return new Subject(model, ConfigLoader.ofCheckpoint(checkpoint.directory()), made.blockSize(),
                    Vocabulary.known(made.vocabSize(), "the checkpoint's"), new BatchSize(1, made.blockSize()));
        }
    }
}
