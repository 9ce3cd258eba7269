package inkhorn.cli;

import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.nn.Outline;
import inkhorn.train.Models;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** {@code describe}: reads what fixes the model, and makes none. */
final class DescribeJob implements Job<DescribeCommand.Request> {

    /** In a run's directory these may be files with the name of a checkpoint. */
    private static final Set<String> POINTERS = Set.of("best", "latest");

    private final PrintStream out;
    private final Path dataSets;

    /** @param dataSets where the text of a config may lie, {@code data/sets} */
    DescribeJob(PrintStream out, Path dataSets) {
        this.out = out;
        this.dataSets = dataSets;
    }

    /** What fixes the answer. */
    private record Subject(Outline outline, Vocabulary vocabulary, DescribeCommand.Batch batch) {
    }

    @Override
    public int run(DescribeCommand.Request request) {
        boolean isConfig = Files.isRegularFile(request.from()) && !POINTERS.contains(request.from().getFileName().toString());
        Subject subject = isConfig ? ofConfig(request) : ofCheckpoint(request);
        DescribeCommand.Batch batch = request.batch() == null ? subject.batch() : request.batch();
        if (batch.tokens() > subject.outline().blockSize()) {
            throw new UserError("--batch: found " + batch.tokens() + " tokens, expected at most the model's block_size of "
                    + subject.outline().blockSize());
        }
        DescribeReport report = new DescribeReport(request.from().toString(), subject.outline(), subject.vocabulary(), batch);
        out.print(switch (request.format()) {
            case TEXT -> report.text(request.part());
            case CSV -> report.csv(request.part());
            case JSON -> report.json();
        });
        out.flush();
        return 0;
    }

    private Subject ofConfig(DescribeCommand.Request request) {
        RunConfig config = ConfigLoader.load(request.from(), Map.of());
        Vocabulary vocabulary = request.vocabSize() > 0 ? Vocabulary.known(request.vocabSize(), "as --vocab-size says")
                : Vocabulary.of(config.data(), dataSets);
        return new Subject(Models.outline(config.model(), vocabulary.size()), vocabulary,
                new DescribeCommand.Batch(config.train().batchSize(), config.model().gpt().blockSize()));
    }

    private static Subject ofCheckpoint(DescribeCommand.Request request) {
        Outline outline = ModelFiles.outline(Checkpoint.open(request.from()));
        if (request.vocabSize() > 0 && request.vocabSize() != outline.vocabSize()) {
            throw new UserError("--vocab-size: found " + request.vocabSize() + ", but the checkpoint has " + outline.vocabSize()
                    + " tokens; leave the option out");
        }
        return new Subject(outline, Vocabulary.known(outline.vocabSize(), "the checkpoint's"),
                new DescribeCommand.Batch(1, outline.blockSize()));
    }
}
