package inkhorn.cli.data;

import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.launch.Stopped;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.TokenizerNames;
import inkhorn.cli.terminal.ByteProgressLine;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import inkhorn.data.prepare.DataManifest;
import inkhorn.data.prepare.Preparation;
import inkhorn.data.prepare.PreparationSpec;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.source.Corpus;
import inkhorn.data.source.DataFormat;
import inkhorn.data.source.DataSets;
import inkhorn.data.tokenizer.TokenizerSpec;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code prepare}: turns texts into ids to train on; shows how far it is, then what was made. */
@Command(name = "prepare", sortOptions = false,
        description = "Turn texts into prepared data, which data.dir of a config names.")
public final class PrepareCommand implements Callable<Integer> {

    private final Context context;

    @Option(names = "--input", paramLabel = "FILE_OR_DIR", required = true, arity = "1..*",
            description = "UTF-8 texts, .jsonl, either with .gz; directories are searched at any depth.")
    private List<String> inputs;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Directory to make.")
    private String out;

    @Option(names = "--tokenizer", paramLabel = "NAME_OR_FILE", required = true,
            completionCandidates = TokenizerNames.class, description = "${COMPLETION-CANDIDATES}, or a tokenizer.json.")
    private String tokenizer;

    @Option(names = "--vocab-size", paramLabel = "N",
            description = "Tokens of a vocabulary that is learned (default: the tokenizer's).")
    private String vocabSize;

    @Option(names = "--val-fraction", paramLabel = "F", defaultValue = "0.1",
            description = "Share for validation: the end of a single text, whole documents of several (default:"
            + " ${DEFAULT-VALUE}).")
    private String valFraction;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337",
            description = "Chooses the documents for validation (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Option(names = "--glob", paramLabel = "PATTERN",
            description = "Files to take from directories, such as '*.java'; may be repeated (default: *.txt, *.text,"
            + " *.md, *.jsonl, *.ndjson, also with .gz).")
    private List<String> globs = List.of();

    @Option(names = "--format", paramLabel = "text|instructions", defaultValue = "text",
            description = "instructions: .jsonl lines of a prompt and its completion, which alone is learned (default:"
            + " ${DEFAULT-VALUE}).")
    private String format;

    @Option(names = "--field", paramLabel = "NAME", defaultValue = PreparationSpec.TEXT_FIELD,
            description = "Field of a .jsonl line that holds the document (default: ${DEFAULT-VALUE}).")
    private String field;

    @Option(names = "--normalize-newlines", description = "Make CR LF and CR a LF.")
    private boolean normalizeNewlines;

    @Option(names = "--overwrite", description = "Replace other prepared data in DIR.")
    private boolean overwrite;

    @Option(names = "--threads", paramLabel = "N",
            description = "Threads that encode (default: the processor's cores); the result is the same.")
    private String threads;

    @Mixin
    private CommonOptions common;

    public PrepareCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<Path> paths = inputs.stream().map(input -> Arguments.path("--input", input)).toList();
        Path directory = Arguments.path("--out", out);
        PreparationSpec spec = spec();
        Shutdown shutdown = context.signals().get();
        long began = System.nanoTime();
        PreparedData data;
        try (ByteProgressLine progress = ByteProgressLine.open(context.out(), shutdown::check)) {
            List<String> wanted = globs.isEmpty() ? spec.format().globs() : globs;
            Corpus corpus = Corpus.ofFiles(DataSets.nameOf(directory), paths, wanted, "--input");
            data = Preparation.prepareInto(directory, corpus, spec, overwrite, progress);
        } catch (Stopped e) {
            context.out().println("stopped; nothing was left in " + directory);
            return shutdown.exitCode();
        }
        show(directory, data, (System.nanoTime() - began) * 1e-9);
        return 0;
    }

    private PreparationSpec spec() {
        int tokens = vocabSize == null ? 0 : (int) Arguments.whole("--vocab-size", vocabSize, 1);
        double fraction = Arguments.decimal("--val-fraction", valFraction, 0);
        long draws = Arguments.seed(seed);
        DataFormat holds = Arguments.word("--format", format, DataFormat.values());
        if (holds == DataFormat.INSTRUCTIONS && !field.equals(PreparationSpec.TEXT_FIELD)) {
            throw new UserError("--field: found beside --format instructions, whose fields are prompt and completion;"
                    + " leave it out");
        }
        try {
            return new PreparationSpec(new TokenizerSpec(tokenizer, tokens), fraction, draws, normalizeNewlines, field,
                    Arguments.threads(threads), holds);
        } catch (DataException e) {
            // The same settings have other names in a config.
            throw new UserError(e.getMessage().replace("data.tokenizer", "--tokenizer").replace("data.vocab_size",
                    "--vocab-size")
                    .replace("data.val_fraction", "--val-fraction"));
        }
    }

    private void show(Path directory, PreparedData data, double seconds) {
        PrintStream lines = context.out();
        DataManifest manifest = data.manifest();
        long bytes = manifest.sources().stream().mapToLong(DataManifest.Source::bytes).sum();
        data.warnings().forEach(warning -> lines.println("WARNING     " + warning));
        lines.printf(Locale.ROOT, "input       %s, %,d bytes, %s%n", counted(manifest.sources().size(), "file"), bytes,
                counted(manifest.documents(), "document"));
        lines.printf(Locale.ROOT, "tokenizer   %s, vocabulary of %,d, ids of %d bits%n", manifest.tokenizer(),
                manifest.vocabSize(), manifest.idBits().bits());
        show("training", manifest.train(), manifest.documents());
        show("validation", manifest.val(), manifest.documents());
        if (manifest.hasExamples()) {
            lines.printf(Locale.ROOT, "completions %,d tokens for training, %,d for validation%n",
                    manifest.examples().get(DataManifest.TRAIN).completionTokens(),
                    manifest.examples().get(DataManifest.VAL).completionTokens());
        }
        lines.println(data.reused()
                ? directory + " holds all this already, from the same input and options: nothing to do"
                : String.format(Locale.ROOT, "done: %s in %.1f s, %.1f MB/s; train with: java -jar train.jar CONFIG"
                + " --data.dir=%s",
                        directory, seconds, bytes * 1e-6 / seconds, directory));
        lines.flush();
    }

    private void show(String part, DataManifest.Split split, long documents) {
        context.out().printf(Locale.ROOT, "%-12s%,d tokens of %,d characters (%,d bytes)%s%n", part, split.tokens(),
                split.characters(), split.bytes(), documents > 1 ? ", " + counted(split.documents(), "document") : "");
    }

    private static String counted(long count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }
}
