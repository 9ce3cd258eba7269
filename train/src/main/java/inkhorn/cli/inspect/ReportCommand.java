package inkhorn.cli.inspect;

import inkhorn.cli.context.Context;
import inkhorn.cli.options.Arguments;
import inkhorn.cli.options.CommonOptions;
import inkhorn.cli.options.FormatOptions;
import inkhorn.cli.terminal.TextTable;
import inkhorn.config.UserError;
import inkhorn.data.files.Json;
import inkhorn.report.ReportPage;
import inkhorn.report.RunHistory;
import inkhorn.report.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: what runs have reached and when, as a table, a page or a picture. */
@Command(name = "report", sortOptions = false,
        description = "Show what runs have reached and when; write a page or a picture of their curves.")
public final class ReportCommand implements Callable<Integer> {

    /** As many as the style has colours for. */
    private static final int MOST_RUNS = 6;

    private final Context context;

    @Parameters(index = "0..*", arity = "1..*", paramLabel = "RUN", description = "Directories of runs.")
    private List<String> from;

    @Option(names = "--reach", paramLabel = "LOSS,…",
            description = "Validation losses whose time is shown (default: round ones that the runs went through).")
    private String reach;

    @Option(names = "--html", paramLabel = "FILE",
            description = "Write a page: curves, samples, config, machine, commands to repeat it.")
    private String html;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write a picture of the losses, for light and dark.")
    private String svg;

    @Option(names = "--axis", paramLabel = "steps|tokens|seconds", defaultValue = "steps",
            description = "What the picture has the losses against (default: ${DEFAULT-VALUE}).")
    private String axis;

    @Mixin
    private FormatOptions format;

    @Mixin
    private CommonOptions common;

    /** The JSON object's form. */
    private record Found(List<RunSummary> runs, List<RunSummary.Reached> reached) {
    }

    public ReportCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        FormatOptions.Format output = format.format();
        if (from.size() > MOST_RUNS && (html != null || svg != null)) {
            throw new UserError((html == null ? "--svg" : "--html") + ": found " + from.size()
                    + " runs, expected at most " + MOST_RUNS + " that can be told apart; leave some out");
        }
        RunHistory.Axis against = Arguments.word("--axis", axis, RunHistory.Axis.values());
        Path page = html == null ? null : Arguments.path("--html", html);
        Path picture = svg == null ? null : Arguments.path("--svg", svg);
        List<Double> asked = reach == null ? null : losses(reach);
        List<RunHistory> runs = new ArrayList<>();
        for (String directory : from) {
            runs.add(RunHistory.read(Arguments.path("RUN", directory)));
        }
        List<Double> losses = asked == null ? RunSummary.levels(runs) : asked;
        String curves = page == null ? "" : ReportPage.of(runs, losses);
        if (page != null) {
            Files.writeString(page, curves);
        }
        if (picture != null) {
            Files.writeString(picture, ReportPage.svg(runs, against));
        }
        print(runs, losses, output);
        return 0;
    }

    private void print(List<RunHistory> runs, List<Double> losses, FormatOptions.Format output) {
        List<RunSummary> summaries = runs.stream().map(RunSummary::of).toList();
        List<RunSummary.Reached> reached = RunSummary.reached(runs, losses);
        switch (output) {
            case JSON -> context.print(Json.pretty(new Found(summaries, reached)));
            case CSV -> context.print(summary(summaries).csv());
            case TEXT -> {
                String machines = String.join("", summaries.stream().filter(run -> !run.machine().isEmpty())
                        .map(run -> run.run() + ": " + run.machine() + "\n").toList());
                context.print(summary(summaries).text() + (reached.isEmpty() ? "" : "\n" + reached(reached).text())
                        + (machines.isEmpty() ? "" : "\n" + machines)
                        + (html == null ? "" : "\nwrote " + html + ": open it in a browser\n")
                        + (svg == null ? "" : "\nwrote " + svg + "\n"));
            }
            default -> throw new IllegalStateException(output.toString());
        }
    }

    private static TextTable<RunSummary> summary(List<RunSummary> runs) {
        return TextTable.of("runs", runs).text("run", RunSummary::run).grouped("parameters", RunSummary::parameters)
                .grouped("steps", RunSummary::steps).grouped("tokens", RunSummary::tokens)
                .decimal("seconds", "#,##0.0", RunSummary::seconds)
                .decimal("tokens/s", "#,##0", RunSummary::tokensPerS)
                .decimal("train loss", "0.0000", RunSummary::trainLoss)
                .decimal("best train", "0.0000", RunSummary::bestTrainLoss)
                .decimal("val loss", "0.0000", RunSummary::valLoss)
                .decimal("best val", "0.0000", RunSummary::bestValLoss).grouped("at step", RunSummary::bestStep)
                .decimal("bits per byte", "0.0000", RunSummary::bestBitsPerByte);
    }

    private static TextTable<RunSummary.Reached> reached(List<RunSummary.Reached> rows) {
        return TextTable.of("when a validation loss was reached (-1: not yet)", rows)
                .text("run", RunSummary.Reached::run).decimal("val loss", "0.00##", RunSummary.Reached::loss)
                .grouped("step", RunSummary.Reached::step).decimal("tokens", "#,##0", RunSummary.Reached::tokens)
                .decimal("seconds", "#,##0.0", RunSummary.Reached::seconds);
    }

    private static List<Double> losses(String text) {
        return Arrays.stream(text.split(",", -1)).map(part -> Arguments.decimal("--reach", part.strip(), 0))
                .sorted(Comparator.reverseOrder()).toList();
    }
}
