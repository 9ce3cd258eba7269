package inkhorn.cli.data;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.terminal.TextTable;
import inkhorn.data.Batch;
import inkhorn.data.prepare.DataManifest;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.prepare.TokenCounts;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.inspect.Quoted;
import inkhorn.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code inspect-data}: shows what is in prepared data. */
@Command(name = "inspect-data", sortOptions = false,
        description = "Show prepared data: counts, tokens, and a batch as training sees it.")
public final class InspectDataCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "DIR",
            description = "What prepare made, or a directory under data/sets/NAME/.")
    private String directory;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10",
            description = "Rows of the tables of tokens (default: ${DEFAULT-VALUE}).")
    private String top;

    @Option(names = "--batch-size", paramLabel = "B", defaultValue = "2",
            description = "Sequences of the batch (default: ${DEFAULT-VALUE}).")
    private String batchSize;

    @Option(names = "--block-size", paramLabel = "T", defaultValue = "8",
            description = "Tokens of a sequence (default: ${DEFAULT-VALUE}).")
    private String blockSize;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1337",
            description = "The batch is the first of a run with this seed (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Mixin
    private CommonOptions common;

    public InspectDataCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Path prepared = Arguments.path("DIR", directory);
        int rows = (int) Arguments.whole("--top", top, 1, 10_000);
        int sequences = (int) Arguments.whole("--batch-size", batchSize, 1, 1000);
        int length = (int) Arguments.whole("--block-size", blockSize, 1, 1000);
        long draws = Arguments.seed(seed);
        PreparedData data = PreparedData.open(prepared);
        TokenCounts counts = TokenCounts.of(data);
        DataManifest manifest = data.manifest();
        context.out().printf(Locale.ROOT, "%s: %s, tokenizer %s with %,d tokens (%,d of them occur), ids of %d"
                + " bits%n%n", prepared,
                manifest.source(), manifest.tokenizer(), manifest.vocabSize(), counts.used(), manifest.idBits().bits());
        show(parts(manifest));
        show(losses(data, counts));
        show(tokens("most frequent tokens", counts.mostFrequent(rows), counts.total()));
        show(tokens("least frequent tokens that occur", counts.leastFrequent(rows), counts.total()));
        show(tokens("longest tokens that occur", counts.longest(rows), counts.total()));
        Batch batch = Trainer.batches(data.trainSplit(), sequences, length, draws).batch(0);
        for (int row = 0; row < batch.batchSize(); row++) {
            show(lesson(data.tokenizer(), batch, row));
        }
        context.out().flush();
        return 0;
    }

    private void show(TextTable<?> table) {
        context.out().println(table.text());
    }

    private static TextTable<DataManifest.Split> parts(DataManifest manifest) {
        return TextTable.of("counts", List.of(manifest.train(), manifest.val()))
                .text("part", part -> part == manifest.train() ? "training" : "validation")
                .whole("documents", DataManifest.Split::documents).whole("tokens", DataManifest.Split::tokens)
                .whole("characters", DataManifest.Split::characters).whole("bytes", DataManifest.Split::bytes)
                .decimal("characters per token", "0.00", part -> (double) part.characters() / part.tokens());
    }

    /** What the ids do not hold of the text. */
    private record Loss(String what, long count, String share) {
    }

    private static TextTable<Loss> losses(PreparedData data, TokenCounts counts) {
        DataManifest manifest = data.manifest();
        OptionalInt unknown = data.tokenizer().unknown();
        long unknowns = unknown.isPresent() ? counts.of(unknown.getAsInt()) : 0;
        long characters = manifest.train().characters() + manifest.val().characters();
        List<Loss> losses = List.of(
                new Loss("unknown tokens", unknowns, percent(unknowns, counts.total()) + " of the tokens"),
                new Loss("invalid UTF-8 replaced by U+FFFD", manifest.replaced(),
                        percent(manifest.replaced(), characters) + " of the characters"));
        return TextTable.of("unknown and replaced", losses).text("what", Loss::what).whole("count", Loss::count)
                .text("share", Loss::share);
    }

    private static TextTable<TokenCounts.Row> tokens(String title, List<TokenCounts.Row> rows, long total) {
        return TextTable.of(title, rows).whole("id", TokenCounts.Row::id).text("token", row -> Quoted.text(row.text()))
                .whole("characters", TokenCounts.Row::characters).whole("count", TokenCounts.Row::count)
                .text("share", row -> percent(row.count(), total));
    }

    /** A sequence of T tokens is T lessons: after each context, the token to predict. */
    private static TextTable<Integer> lesson(Tokenizer tokenizer, Batch batch, int row) {
        int from = row * batch.blockSize();
        IntFunction<int[]> context = length -> Arrays.copyOfRange(batch.inputs(), from, from + length);
        IntUnaryOperator target = length -> batch.targets()[from + length - 1];
        return TextTable.of("sequence " + (row + 1) + " of the first batch: context, and the target that follows",
                        IntStream.rangeClosed(1, batch.blockSize()).boxed().toList())
                .text("context ids", length -> spaced(context.apply(length))).whole("target id", target::applyAsInt)
                .text("context", length -> Quoted.text(tokenizer.decode(context.apply(length))))
                .text("target", length -> target.applyAsInt(length) < 0 ? "not learned"
                        : Quoted.text(tokenizer.decode(new int[] {target.applyAsInt(length)})));
    }

    private static String spaced(int[] ids) {
        return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }

    private static String percent(long part, long of) {
        return String.format(Locale.ROOT, "%.4f %%", of == 0 ? 0 : 100.0 * part / of);
    }
}
