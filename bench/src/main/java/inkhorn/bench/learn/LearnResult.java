package inkhorn.bench.learn;

import inkhorn.report.Curve;
import inkhorn.report.ReportPage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a race gave: the lines of each engine, in their order. */
final class LearnResult {

    private final Map<String, List<LearnLine>> byEngine = new LinkedHashMap<>();

    void add(LearnLine line) {
        byEngine.computeIfAbsent(line.engine(), engine -> new ArrayList<>()).add(line);
    }

    List<LearnLine> lines() {
        return byEngine.values().stream().flatMap(List::stream).toList();
    }

    /** The first evaluation of an engine whose validation loss was at most this. */
    Optional<LearnLine> reached(String engine, double loss) {
        return byEngine.get(engine).stream().filter(line -> line.valLoss() <= loss).findFirst();
    }

    String csv() {
        StringBuilder csv = new StringBuilder("engine,step,seconds,eval_seconds,start_seconds,train_loss,val_loss\n");
        lines().forEach(line -> csv.append(String.format(Locale.ROOT, "%s,%d,%.3f,%.3f,%.3f,%.6f,%.6f%n", line.engine(),
                line.step(), line.seconds(), line.evalSeconds(), line.startSeconds(), line.trainLoss(),
                line.valLoss())));
        return csv.toString();
    }

    /** A row for each engine and, for two of them, the ratio of the first one's time to each loss to the other's. */
    String markdown(List<Double> levels) {
        StringBuilder out = new StringBuilder("| | steps | seconds | evaluations, s | start, s | last loss | lowest |");
        levels.forEach(level -> out.append(String.format(Locale.ROOT, " s to %.2f |", level)));
        out.append("\n|").append("---|".repeat(7 + levels.size())).append('\n');
        byEngine.forEach((engine, lines) -> {
            LearnLine last = lines.get(lines.size() - 1);
            double lowest = lines.stream().mapToDouble(LearnLine::valLoss).min().orElseThrow();
            out.append(String.format(Locale.ROOT, "| %s | %,d | %,.1f | %,.1f | %.1f | %.4f | %.4f |", engine,
                    last.step(), last.seconds(), last.evalSeconds(), last.startSeconds(), last.valLoss(), lowest));
            levels.forEach(level -> out.append(reached(engine, level)
                    .map(line -> String.format(Locale.ROOT, " %,.1f (step %,d) |", line.seconds(), line.step()))
                    .orElse(" never |")));
            out.append('\n');
        });
        if (byEngine.size() == 2) {
            out.append("| ratio | | | | | | |");
            levels.forEach(level -> out.append(ratio(level)));
            out.append('\n');
        }
        return out.toString();
    }

    private String ratio(double level) {
        List<Optional<LearnLine>> both = byEngine.keySet().stream().map(engine -> reached(engine, level)).toList();
        return both.stream().allMatch(Optional::isPresent) ? String.format(Locale.ROOT, " **%.2f** |",
                both.get(0).get().seconds() / both.get(1).get().seconds()) : " |";
    }

    String svg() {
        Map<String, Curve> curves = new LinkedHashMap<>();
        byEngine.forEach((engine, lines) -> curves.put(engine.equals(LearnWorker.INKHORN) ? "Inkhorn"
                : engine.replace(LearnWorker.TORCH, "nanoGPT's recipe, libtorch with "), new Curve(
                lines.stream().mapToDouble(LearnLine::seconds).toArray(),
                lines.stream().mapToDouble(LearnLine::valLoss).toArray())));
        return ReportPage.svg("validation loss", "seconds of training", curves);
    }
}
