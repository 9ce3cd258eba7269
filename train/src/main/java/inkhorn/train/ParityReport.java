package inkhorn.train;

import java.util.List;
import java.util.Locale;

/** Every comparison that {@link Parity} made. */
public record ParityReport(List<ParityRow> rows) {

    public ParityReport {
        rows = List.copyOf(rows);
    }

    /** Whether every difference is within its bound. */
    public boolean passes() {
        return failures().isEmpty();
    }

    /** The rows that are out of bounds. */
    public List<ParityRow> failures() {
        return rows.stream().filter(row -> !row.passes()).toList();
    }

    /** One line a comparison, under a heading. */
    public String table() {
        int width = Math.max(4, rows.stream().mapToInt(row -> row.name().length()).max().orElse(0));
        String format = "%-" + width + "s  %12s  %9s  %-8s  %s%n";
        StringBuilder table = new StringBuilder(format.formatted("what", "worst", "bound", "measure", "").stripTrailing());
        table.append(System.lineSeparator());
        for (ParityRow row : rows) {
            table.append(String.format(Locale.ROOT, format, row.name(), number(row.worst(), 3), number(row.bound(), 0),
                    row.relative() ? "relative" : "absolute", row.passes() ? "ok" : "OUT OF BOUNDS"));
        }
        return table.toString();
    }

    private static String number(double value, int digits) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + digits + "e", value) : String.valueOf(value);
    }
}
