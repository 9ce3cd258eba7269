package inkhorn.cli;

import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.terminal.Quoted;
import inkhorn.data.Batch;
import inkhorn.data.prepare.DataManifest;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.prepare.TokenCounts;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.train.Trainer;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

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

    InspectDataCommand(Context context) {
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
        Batch batch = Trainer.batches(data.train(), sequences, length, draws).batch(0);
        for (int row = 0; row < batch.batchSize(); row++) {
            show(lesson(data.tokenizer(), batch, row));
        }
        context.out().flush();
        return 0;
    }

    private void show(Table table) {
        context.out().println(table.print(Integer.MAX_VALUE));
        context.out().println();
    }

    private static Table parts(DataManifest manifest) {
        List<DataManifest.Split> parts = List.of(manifest.train(), manifest.val());
        return Table.create("counts").addColumns(
                StringColumn.create("part", "training", "validation"),
                LongColumn.create("documents", parts.stream().mapToLong(DataManifest.Split::documents)),
                LongColumn.create("tokens", parts.stream().mapToLong(DataManifest.Split::tokens)),
                LongColumn.create("characters", parts.stream().mapToLong(DataManifest.Split::characters)),
                LongColumn.create("bytes", parts.stream().mapToLong(DataManifest.Split::bytes)),
                decimal("characters per token",
                parts.stream().mapToDouble(part -> (double) part.characters() / part.tokens()).toArray()));
    }

    /** What the ids do not hold of the text. */
    private static Table losses(PreparedData data, TokenCounts counts) {
        DataManifest manifest = data.manifest();
        OptionalInt unknown = data.tokenizer().unknown();
        long unknowns = unknown.isPresent() ? counts.of(unknown.getAsInt()) : 0;
        long characters = manifest.train().characters() + manifest.val().characters();
        return Table.create("unknown and replaced").addColumns(
                StringColumn.create("what", "unknown tokens", "invalid UTF-8 replaced by U+FFFD"),
                LongColumn.create("count", unknowns, manifest.replaced()),
                StringColumn.create("share", percent(unknowns, counts.total()) + " of the tokens",
                        percent(manifest.replaced(), characters) + " of the characters"));
    }

    private static Table tokens(String title, List<TokenCounts.Row> rows, long total) {
        return Table.create(title).addColumns(
                IntColumn.create("id", rows.stream().mapToInt(TokenCounts.Row::id).toArray()),
                StringColumn.create("token", rows.stream().map(row -> Quoted.text(row.text()))),
                IntColumn.create("characters", rows.stream().mapToInt(TokenCounts.Row::characters).toArray()),
                LongColumn.create("count", rows.stream().mapToLong(TokenCounts.Row::count)),
                StringColumn.create("share", rows.stream().map(row -> percent(row.count(), total))));
    }

    /** A sequence of T tokens is T lessons: after each context, the token to foretell. */
    private static Table lesson(Tokenizer tokenizer, Batch batch, int row) {
        int from = row * batch.blockSize();
        List<int[]> contexts = Stream.iterate(1, length -> length <= batch.blockSize(), length -> length + 1)
                .map(length -> Arrays.copyOfRange(batch.inputs(), from, from + length)).toList();
        List<Integer> targets = Arrays.stream(batch.targets(), from, from + batch.blockSize()).boxed().toList();
        return Table.create("sequence " + (row + 1) + " of the first batch: context, and the target that follows")
                .addColumns(
                StringColumn.create("context ids", contexts.stream().map(InspectDataCommand::spaced)),
                IntColumn.create("target id", targets.stream().mapToInt(Integer::intValue).toArray()),
                StringColumn.create("context", contexts.stream().map(ids -> Quoted.text(tokenizer.decode(ids)))),
                StringColumn.create("target",
                targets.stream().map(id -> Quoted.text(tokenizer.decode(new int[] {id})))));
    }

    private static DoubleColumn decimal(String name, double[] values) {
        DoubleColumn column = DoubleColumn.create(name, values);
        column.setPrintFormatter(new NumberColumnFormatter(new DecimalFormat("0.00",
                DecimalFormatSymbols.getInstance(Locale.ROOT))));
        return column;
    }

    private static String spaced(int[] ids) {
        return Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }

    private static String percent(long part, long of) {
        return String.format(Locale.ROOT, "%.4f %%", of == 0 ? 0 : 100.0 * part / of);
    }
}
