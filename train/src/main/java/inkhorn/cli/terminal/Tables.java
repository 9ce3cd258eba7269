package inkhorn.cli.terminal;

import java.io.StringWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;
import tech.tablesaw.io.csv.CsvWriteOptions;
import tech.tablesaw.io.csv.CsvWriter;

/** Tables as text and as CSV, and columns made for both: rounded for people, in full for programs. */
public final class Tables {

    private Tables() {
    }

    /** Every row, with a title. */
    public static String text(Table table) {
        return table.print(Integer.MAX_VALUE) + "\n";
    }

    public static String csv(Table table) {
        StringWriter out = new StringWriter();
        new CsvWriter().write(table, CsvWriteOptions.builder(out).build());
        return out.toString();
    }

    /** Whole numbers, shown in groups of three digits. */
    public static <T> LongColumn whole(String name, List<T> rows, ToLongFunction<T> value) {
        LongColumn column = LongColumn.create(name, rows.stream().mapToLong(value));
        column.setPrintFormatter(formatter("#,##0"));
        return column;
    }

    /** Decimal numbers, shown as a pattern of {@link DecimalFormat} has them. */
    public static <T> DoubleColumn decimal(String name, String pattern, List<T> rows, ToDoubleFunction<T> value) {
        DoubleColumn column = DoubleColumn.create(name, rows.stream().mapToDouble(value));
        column.setPrintFormatter(formatter(pattern));
        return column;
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
