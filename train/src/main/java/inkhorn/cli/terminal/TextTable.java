package inkhorn.cli.terminal;

import java.io.StringWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;
import tech.tablesaw.io.csv.CsvWriteOptions;
import tech.tablesaw.io.csv.CsvWriter;

/**
 * A table of values as text and as CSV. In the text, decimal numbers are rounded, for people; in the CSV they have all
 * digits, for programs.
 *
 * @param <R> what a row is about
 */
public final class TextTable<R> {

    private final Table table;
    private final List<R> rows;

    private TextTable(String title, List<R> rows) {
        this.table = Table.create(title);
        this.rows = rows;
    }

    /** A table with a row for each of these, and no column yet. */
    public static <R> TextTable<R> of(String title, List<R> rows) {
        return new TextTable<>(title, rows);
    }

    /** One more column, of text. */
    public TextTable<R> text(String name, Function<R, String> value) {
        table.addColumns(StringColumn.create(name, rows.stream().map(value)));
        return this;
    }

    /** One more column, of whole numbers such as ids. */
    public TextTable<R> whole(String name, ToLongFunction<R> value) {
        table.addColumns(LongColumn.create(name, rows.stream().mapToLong(value)));
        return this;
    }

    /** One more column, of whole numbers that are shown in groups of three digits. */
    public TextTable<R> grouped(String name, ToLongFunction<R> value) {
        LongColumn column = LongColumn.create(name, rows.stream().mapToLong(value));
        column.setPrintFormatter(formatter("#,##0"));
        table.addColumns(column);
        return this;
    }

    /** One more column, of decimal numbers that are shown as a pattern of {@link DecimalFormat} has them. */
    public TextTable<R> decimal(String name, String pattern, ToDoubleFunction<R> value) {
        DoubleColumn column = DoubleColumn.create(name, rows.stream().mapToDouble(value));
        column.setPrintFormatter(formatter(pattern));
        table.addColumns(column);
        return this;
    }

    /** The title, the names of the columns and every row. */
    public String text() {
        return table.print(Integer.MAX_VALUE) + "\n";
    }

    /** The names of the columns and every row. */
    public String csv() {
        StringWriter out = new StringWriter();
        new CsvWriter().write(table, CsvWriteOptions.builder(out).build());
        return out.toString();
    }

    /** As Python prints a tuple, and {@link inkhorn.autograd.Shape} too: {@code (2, 4, 768)}, {@code (768,)}. */
    public static String shape(List<Integer> sizes) {
        return sizes.stream().map(String::valueOf)
                .collect(Collectors.joining(", ", "(", sizes.size() == 1 ? ",)" : ")"));
    }

    private static NumberColumnFormatter formatter(String pattern) {
        return new NumberColumnFormatter(new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)));
    }
}
