package inkhorn.cli;

import inkhorn.cli.terminal.Quoted;
import inkhorn.data.Batch;
import inkhorn.data.prepare.Manifest;
import inkhorn.data.prepare.PreparedData;
import inkhorn.data.prepare.TokenCounts;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.train.Trainer;
import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** {@code inspect-data}: tables of what is in prepared data, and a batch as a lesson shows it. */
final class InspectDataJob implements Job<InspectDataCommand.Request> {

    private final PrintStream out;

    InspectDataJob(PrintStream out) {
        this.out = out;
    }

    @Override
    public int run(InspectDataCommand.Request request) {
        PreparedData data = PreparedData.open(request.directory());
        TokenCounts counts = TokenCounts.of(data);
        Manifest manifest = data.manifest();
        out.printf(Locale.ROOT, "%s: %s, tokenizer %s with %,d tokens (%,d of them occur), ids of %d bits%n%n", request.directory(),
                manifest.source(), manifest.tokenizer(), manifest.vocabSize(), counts.used(), manifest.idBits().bits());
        show(parts(manifest));
        show(losses(data, counts));
        show(tokens("most frequent tokens", counts.mostFrequent(request.top()), counts.total()));
        show(tokens("least frequent tokens that occur", counts.leastFrequent(request.top()), counts.total()));
        show(tokens("longest tokens that occur", counts.longest(request.top()), counts.total()));
        Batch batch = Trainer.batches(data.train(), request.batchSize(), request.blockSize(), request.seed()).batch(0);
        for (int row = 0; row < batch.batchSize(); row++) {
            show(lesson(data.tokenizer(), batch, row));
        }
        out.flush();
        return 0;
    }

    private void show(Table table) {
        out.println(table.print(Integer.MAX_VALUE));
        out.println();
    }

    private static Table parts(Manifest manifest) {
        List<Manifest.Split> parts = List.of(manifest.train(), manifest.val());
        return Table.create("counts").addColumns(
                StringColumn.create("part", "training", "validation"),
                LongColumn.create("documents", parts.stream().mapToLong(Manifest.Split::documents)),
                LongColumn.create("tokens", parts.stream().mapToLong(Manifest.Split::tokens)),
                LongColumn.create("characters", parts.stream().mapToLong(Manifest.Split::characters)),
                LongColumn.create("bytes", parts.stream().mapToLong(Manifest.Split::bytes)),
                decimal("characters per token", parts.stream().mapToDouble(part -> (double) part.characters() / part.tokens()).toArray()));
    }

    /** What the ids do not hold of the text. */
    private static Table losses(PreparedData data, TokenCounts counts) {
        Manifest manifest = data.manifest();
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
        return Table.create("sequence " + (row + 1) + " of the first batch: context, and the target that follows").addColumns(
                StringColumn.create("context ids", contexts.stream().map(InspectDataJob::spaced)),
                IntColumn.create("target id", targets.stream().mapToInt(Integer::intValue).toArray()),
                StringColumn.create("context", contexts.stream().map(ids -> Quoted.text(tokenizer.decode(ids)))),
                StringColumn.create("target", targets.stream().map(id -> Quoted.text(tokenizer.decode(new int[] {id})))));
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
