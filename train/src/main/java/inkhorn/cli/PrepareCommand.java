package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.TokenizerNames;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.tokenizer.TokenizerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code prepare}: turns texts into ids to train on. */
@Command(name = "prepare", sortOptions = false, description = "Turn texts into prepared data, which data.dir of a config names.")
public final class PrepareCommand implements Callable<Integer> {

    private final Job<Request> job;

    @Option(names = "--input", paramLabel = "FILE_OR_DIR", required = true, arity = "1..*",
            description = "UTF-8 texts, .jsonl, either with .gz; directories are searched at any depth.")
    private List<String> inputs;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Directory to make.")
    private String out;

    @Option(names = "--tokenizer", paramLabel = "NAME_OR_FILE", required = true,
            completionCandidates = TokenizerNames.class, description = "${COMPLETION-CANDIDATES}, or a tokenizer.json.")
    private String tokenizer;

    @Option(names = "--vocab-size", paramLabel = "N", description = "Tokens of a vocabulary that is learned (default: the tokenizer's).")
    private String vocabSize;

    @Option(names = "--val-fraction", paramLabel = "F", defaultValue = "0.1", description = "Share for validation: the end of a single text,"
            + " whole documents of several (default: ${DEFAULT-VALUE}).")
    private String valFraction;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337",
            description = "Chooses the documents for validation (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Option(names = "--glob", paramLabel = "PATTERN", description = "Files to take from directories, such as '*.java'; may be repeated"
            + " (default: *.txt, *.text, *.md, *.jsonl, *.ndjson, also with .gz).")
    private List<String> globs = List.of();

    @Option(names = "--field", paramLabel = "NAME", defaultValue = PreparationSpec.TEXT_FIELD,
            description = "Field of a .jsonl line that holds the document (default: ${DEFAULT-VALUE}).")
    private String field;

    @Option(names = "--normalize-newlines", description = "Make CR LF and CR a LF.")
    private boolean normalizeNewlines;

    @Option(names = "--overwrite", description = "Replace other prepared data in DIR.")
    private boolean overwrite;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that encode (default: the processor's cores); the result is the same.")
    private String threads;

    @Mixin
    private CommonOptions common;

    /**
     * What to prepare.
     *
     * @param inputs    files and directories
     * @param globs     what to take from directories; empty: texts
     * @param overwrite whether other prepared data may be replaced
     */
    public record Request(List<Path> inputs, List<String> globs, Path out, PreparationSpec spec, boolean overwrite) {
    }

    PrepareCommand(Job<Request> job) {
        this.job = job;
    }

    @Override
    public Integer call() throws Exception {
        List<Path> paths = inputs.stream().map(input -> Arguments.path("--input", input)).toList();
        return job.run(new Request(paths, globs, Arguments.path("--out", out), spec(), overwrite));
    }

    private PreparationSpec spec() {
        int tokens = vocabSize == null ? 0 : (int) Arguments.whole("--vocab-size", vocabSize, 1);
        double fraction = Arguments.decimal("--val-fraction", valFraction, 0);
        long draws = Arguments.whole("--seed", seed, Long.MIN_VALUE, Long.MAX_VALUE);
        try {
            return new PreparationSpec(new TokenizerSpec(tokenizer, tokens), fraction, draws, normalizeNewlines, field, Arguments.threads(threads));
        } catch (DataException e) {
            // The same settings have other names in a config.
            throw new UserError(e.getMessage().replace("data.tokenizer", "--tokenizer").replace("data.vocab_size", "--vocab-size")
                    .replace("data.val_fraction", "--val-fraction"));
        }
    }
}
