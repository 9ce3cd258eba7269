package inkhorn.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/** The four stages of one head for a terminal: of a long text the last rows and columns. */
public final class AttentionTable {
    /** Rows and columns that a terminal of usual width has room for. */
    private static final int MOST = 10;
    /** Channels of a value vector that are shown. */
    private static final int CHANNELS = 8;
    private static final int CELL = 9;

    private final StringBuilder text = new StringBuilder();
    private final AttentionView view;
    private final HeadStages stages;
    private final int from;
    private final int margin;

    private AttentionTable(AttentionView view) {
        this.view = view;
        this.stages = view.first();
        this.from = Math.max(0, view.tokens().size() - MOST);
        this.margin = view.labels().stream().skip(from).mapToInt(AttentionTable::length).max().orElse(0);
    }

    /** The table of the first head chosen. */
    public static String of(AttentionView view) {
        return new AttentionTable(view).write();
    }

    private String write() {
        int time = view.tokens().size();
        int size = stages.values()[0].length;
        int channels = Math.min(CHANNELS, size);
        text.append("layer ").append(stages.layer()).append(", head ").append(stages.head()).append(" of ")
                .append(view.name())
                .append(": each row is a query position, each column a key position\n");
        if (from > 0) {
            text.append("the last ").append(MOST).append(" of ").append(time)
                    .append(" positions; --html shows all of them, --csv and --json contain them\n");
        }
        table("1. scores: q · k / √" + size, keys(), keyColumns(stages.scores(), false), AttentionTable::number);
        table("2. masked: later positions are hidden", keys(), keyColumns(stages.masked(), false),
                AttentionTable::number);
        table("3. softmax: the weights of a row add up to 1", keys(), keyColumns(stages.weights(), true),
                AttentionTable::weight);
        table("4. weighted values: weights · v"
                + (channels < size ? ", the first " + channels + " of " + size + " channels" : ""),
                IntStream.range(0, channels).mapToObj(d -> "[" + d + "]").toList(),
                Arrays.stream(stages.output()).skip(from).map(row -> Arrays.copyOf(row, channels))
                .toArray(double[][]::new), AttentionTable::number);
        return text.toString();
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>(view.labels().subList(from, view.tokens().size()));
        if (from > 0) {
            keys.add(0, from == 1 ? "0" : "0-" + (from - 1));
        }
        return keys;
    }

    /** The columns shown, and before them one for all that are left out: their sum, or NaN where a sum says nothing. */
    private double[][] keyColumns(double[][] all, boolean summed) {
        if (from == 0) {
            return all;
        }
        return Arrays.stream(all).skip(from).map(row -> {
            double[] shown = Arrays.copyOfRange(row, from - 1, row.length);
            shown[0] = summed ? Arrays.stream(row, 0, from).sum() : Double.NaN;
            return shown;
        }).toArray(double[][]::new);
    }

    private void table(String title, List<String> columns, double[][] rows, DoubleFunction<String> format) {
        text.append('\n').append(title).append('\n').append(" ".repeat(margin));
        columns.forEach(column -> text.append(right(cut(column), CELL)));
        for (int q = 0; q < rows.length; q++) {
            text.append('\n').append(right(view.tokens().get(from + q).label(), margin));
            Arrays.stream(rows[q]).mapToObj(format).forEach(cell -> text.append(right(cell, CELL)));
        }
        text.append('\n');
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "..." : Double.isInfinite(value) ? "-inf"
                : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String weight(double value) {
        return value == 0 ? "." : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - length(text))) + text;
    }

    /** The text, shortened to fit into a column after a space. */
    private static String cut(String text) {
        return length(text) < CELL ? text : text.substring(0, text.offsetByCodePoints(0, CELL - 2)) + "…";
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
