package inkhorn.cli.inspect;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.FormatOptions;
import inkhorn.cli.terminal.TextTable;
import inkhorn.config.Difference;
import inkhorn.data.files.Json;
import inkhorn.report.RunComparison;
import inkhorn.report.RunHistory;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code compare}: two runs at equal steps, tokens and seconds, and what can be concluded. */
@Command(name = "compare", sortOptions = false,
        description = "Compare two runs: their configs, their losses at equal steps, tokens and seconds.")
public final class CompareCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(index = "0", paramLabel = "RUN", description = "A run's directory.")
    private String first;

    @Parameters(index = "1", paramLabel = "RUN", description = "Another's.")
    private String second;

    @Mixin
    private FormatOptions format;

    @Mixin
    private CommonOptions common;

    public CompareCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        FormatOptions.Format output = format.format();
        RunComparison comparison = RunComparison.of(RunHistory.read(Arguments.path("RUN", first)),
                RunHistory.read(Arguments.path("RUN", second)));
        context.print(switch (output) {
            case JSON -> Json.pretty(comparison);
            case CSV -> marks(comparison).csv();
            case TEXT -> text(comparison);
        });
        return 0;
    }

    private static String text(RunComparison comparison) {
        StringBuilder text = new StringBuilder();
        text.append(comparison.differences().isEmpty() ? "no key of the configs differs\n"
                : TextTable.of("config", comparison.differences()).text("key", Difference::key)
                .text(comparison.first(), Difference::mine).text(comparison.second() + " ", Difference::other).text());
        if (!comparison.marks().isEmpty()) {
            text.append('\n').append(marks(comparison).text());
        }
        if (!comparison.trends().isEmpty()) {
            text.append('\n').append(TextTable.of("training loss over the last quarter of what both have spent, "
                    + "second minus first", comparison.trends())
                    .text("at equal", trend -> trend.axis().name().toLowerCase(Locale.ROOT))
                    .decimal("from", "#,##0.#", RunComparison.Trend::from)
                    .decimal("to", "#,##0.#", RunComparison.Trend::to)
                    .whole("records", trend -> trend.interval().values())
                    .decimal("difference", "0.0000", trend -> trend.interval().mean())
                    .decimal("95 % from", "0.0000", trend -> trend.interval().low())
                    .decimal("95 % to", "0.0000", trend -> trend.interval().high()).text());
        }
        text.append('\n');
        comparison.conclusions().forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static TextTable<RunComparison.Mark> marks(RunComparison comparison) {
        return TextTable.of("validation loss", comparison.marks())
                .text("at equal", mark -> mark.axis().name().toLowerCase(Locale.ROOT))
                .decimal("at", "#,##0.#", RunComparison.Mark::at)
                .decimal(comparison.first(), "0.0000", RunComparison.Mark::first)
                .decimal(comparison.second() + (comparison.first().equals(comparison.second()) ? " " : ""), "0.0000",
                        RunComparison.Mark::second)
                .decimal("second - first", "0.0000", RunComparison.Mark::difference);
    }
}
