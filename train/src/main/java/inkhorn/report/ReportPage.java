package inkhorn.report;

import inkhorn.config.RunConfig;
import inkhorn.data.files.Hashes;
import inkhorn.train.TrainEvent;
import inkhorn.train.log.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Runs as one HTML page that needs nothing beside itself and runs no script: curves, what was reached when, and for
 * each run its config, samples, machine, and the commands to repeat it. Its content security policy lets nothing load.
 */
public final class ReportPage {

    /** A smoothed point is the mean of one in so many of the records on either side of it. */
    private static final int SMOOTHING = 60;

    private final List<RunHistory> runs;
    private final StringBuilder out = new StringBuilder();

    private ReportPage(List<RunHistory> runs) {
        this.runs = runs;
    }

    /** @param losses whose times are shown; may be empty */
    public static String of(List<RunHistory> runs, List<Double> losses) {
        ReportPage page = new ReportPage(runs);
        page.summary();
        page.charts();
        page.reached(losses);
        runs.forEach(page::run);
        String style = style();
        byte[] digest = Hashes.digest().digest(style.getBytes(StandardCharsets.UTF_8));
        String names = runs.stream().map(RunHistory::name).collect(Collectors.joining(", "));
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv="
                + "\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"
                + Base64.getEncoder().encodeToString(digest) + "'; base-uri 'none'; form-action 'none'\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
                + Html.escape(names) + " - Inkhorn</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>"
                + Html.escape(names) + "</h1>\n" + page.out + "</body>\n</html>\n";
    }

    /** The losses of runs as an SVG file, to be shown on a light or a dark page. */
    public static String svg(List<RunHistory> runs, RunHistory.Axis axis) {
        return lossChart(runs, axis).file(style());
    }

    /**
     * A picture of curves that are no run's, as a file of its own.
     *
     * @param curves by what they are called, at most as many as the style has colours for
     * @param axis   what they are drawn against
     */
    public static String svg(String title, String axis, Map<String, Curve> curves) {
        CurveChart chart = CurveChart.large(title, axis);
        int colour = 0;
        for (Map.Entry<String, Curve> curve : curves.entrySet()) {
            chart.add(colour++, "dotted", curve.getKey(), curve.getValue());
        }
        return chart.file(style());
    }

    static String style() {
        try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void summary() {
        table(List.of("run", "parameters", "steps", "tokens", "time in steps", "tokens/s", "train loss",
                "validation loss", "best", "at step", "bits per byte"), runs.stream().map(RunSummary::of)
                .map(run -> List.of(run.run(), whole(run.parameters()), whole(run.steps()), whole(run.tokens()),
                        time(run.seconds()), whole(Math.round(run.tokensPerS())), decimal(run.trainLoss()),
                        decimal(run.valLoss()), decimal(run.bestValLoss()), whole(run.bestStep()),
                        decimal(run.bestBitsPerByte()))).toList());
    }

    private void charts() {
        section("Loss");
        out.append("<div class=\"tabs\">\n");
        for (RunHistory.Axis axis : RunHistory.Axis.values()) {
            String word = axis.name().toLowerCase(Locale.ROOT);
            out.append("<input type=\"radio\" name=\"axis\" id=\"").append(word).append('"')
                    .append(axis == RunHistory.Axis.STEPS ? " checked" : "").append("><label for=\"").append(word)
                    .append("\">").append(word).append("</label>\n");
        }
        for (RunHistory.Axis axis : RunHistory.Axis.values()) {
            out.append("<div class=\"tab ").append(axis.name().toLowerCase(Locale.ROOT)).append("\">")
                    .append(chart(lossChart(runs, axis))).append("</div>\n");
        }
        out.append("</div>\n<p class=\"note\">Thick: validation loss. Dashed: the batches' training loss, smoothed."
                + " Thin: the training loss of each logged step. In nats a token. Seconds are those of the"
                + " steps.</p>\n");
        section("Learning rate, gradient norm, speed");
        out.append("<div class=\"row\">").append(chart(stepChart("learning rate", "line", TrainEvent.Stepped::lr)))
                .append(chart(stepChart("gradient norm", "line", TrainEvent.Stepped::gradNorm)))
                .append(chart(stepChart("tokens/s", "line", TrainEvent.Stepped::tokensPerS))).append("</div>\n");
    }

    private static String chart(CurveChart chart) {
        return chart.isEmpty() ? "<p class=\"note\">no records</p>" : chart.svg();
    }

    private static CurveChart lossChart(List<RunHistory> runs, RunHistory.Axis axis) {
        CurveChart chart = CurveChart.large("loss", axis.name().toLowerCase(Locale.ROOT));
        for (int i = 0; i < runs.size(); i++) {
            Curve training = runs.get(i).curve(axis, TrainEvent.Stepped::loss);
            String name = runs.size() == 1 ? "" : runs.get(i).name() + " ";
            chart.add(i, "raw", "", training);
            chart.add(i, "smooth", runs.size() == 1 ? "train" : "",
                    training.smoothed(training.size() / SMOOTHING));
            chart.add(i, "dotted", runs.size() == 1 ? "validation" : name.strip(),
                    runs.get(i).evaluationCurve(axis, losses -> losses.valLoss()));
        }
        return chart;
    }

    private CurveChart stepChart(String title, String kind,
            ToDoubleFunction<TrainEvent.Stepped> value) {
        CurveChart chart = CurveChart.small(title, "steps");
        for (int i = 0; i < runs.size(); i++) {
            chart.add(i, kind, runs.size() == 1 ? "" : runs.get(i).name(), runs.get(i).curve(RunHistory.Axis.STEPS,
                    value));
        }
        return chart;
    }

    private void reached(List<Double> losses) {
        List<RunSummary.Reached> rows = RunSummary.reached(runs, losses);
        if (!rows.isEmpty()) {
            section("When a validation loss was reached");
            table(List.of("run", "loss", "step", "tokens", "time in steps"), rows.stream()
                    .map(row -> row.step() < 0 ? List.of(row.run(), decimal(row.loss()), "not reached", "", "")
                            : List.of(row.run(), decimal(row.loss()), whole(row.step()),
                            whole(Math.round(row.tokens())), time(row.seconds()))).toList());
        }
    }

    private void run(RunHistory run) {
        section(run.name());
        if (run.sessions().isEmpty()) {
            out.append("<p>The machine was not written down.</p>\n");
        } else {
            Set<String> machines = new LinkedHashSet<>();
            run.sessions().forEach(session -> machines.add(session.machine() + "; " + session.os() + "; "
                    + session.cores() + " cores, Inkhorn " + session.version()));
            machines.forEach(machine -> out.append("<p>").append(Html.escape(machine)).append("</p>\n"));
        }
        out.append("<h3>Commands</h3>\n<pre>").append(Html.escape(commands(run))).append("</pre>\n");
        samples(run);
        Map<String, Object> defaults = RunConfig.defaults().values();
        out.append("<details><summary>Config: every key, in bold what is not the default</summary>\n<table>");
        run.config().values().forEach((key, value) -> out.append("<tr")
                .append(value.equals(defaults.get(key)) ? "" : " class=\"changed\"").append("><td>")
                .append(Html.escape(key)).append("</td><td>").append(Html.escape(String.valueOf(value)))
                .append("</td></tr>\n"));
        out.append("</table></details>\n");
    }

    /** What was typed, and what repeats it. */
    private static String commands(RunHistory run) {
        StringBuilder text = new StringBuilder();
        for (Session session : run.sessions()) {
            text.append(session.arguments().stream().map(ReportPage::quoted)
                    .collect(Collectors.joining(" ", "java -jar train.jar ", ""))).append("    # ")
                    .append(session.started()).append(", from step ").append(session.step()).append('\n');
        }
        String again = run.name() + "-again";
        return text + "# The same run once more, in a directory of its own:\njava -jar train.jar "
                + quoted(run.directory().resolve(RunConfig.FILE).toString().replace('\\', '/')) + " --run.name="
                + quoted(again) + " --run.out=" + quoted("checkpoints/" + again) + "\n";
    }

    /** As a POSIX shell reads it back. */
    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./=:,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private void samples(RunHistory run) {
        if (run.samples().isEmpty()) {
            return;
        }
        out.append("<h3>Samples</h3>\n");
        List<TrainEvent.Sampled> samples = run.samples();
        for (int i = 0; i < samples.size(); i++) {
            out.append("<details").append(i == samples.size() - 1 ? " open" : "").append("><summary>step ")
                    .append(whole(samples.get(i).step())).append("</summary><pre>")
                    .append(Html.escape(samples.get(i).text().strip())).append("</pre></details>\n");
        }
    }

    private void section(String title) {
        out.append("<h2>").append(Html.escape(title)).append("</h2>\n");
    }

    private void table(List<String> head, List<List<String>> rows) {
        out.append("<div class=\"wide\"><table>\n<tr>");
        head.forEach(name -> out.append("<th>").append(Html.escape(name)).append("</th>"));
        out.append("</tr>\n");
        for (List<String> row : rows) {
            out.append("<tr>");
            row.forEach(cell -> out.append("<td>").append(Html.escape(cell)).append("</td>"));
            out.append("</tr>\n");
        }
        out.append("</table></div>\n");
    }

    private static String whole(long value) {
        return value < 0 ? "" : String.format(Locale.ROOT, "%,d", value);
    }

    private static String decimal(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60 ? String.format(Locale.ROOT, "%.1f s", seconds)
                : whole < 3600 ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole / 60 % 60 + " min";
    }
}
