package inkhorn.bench.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import inkhorn.bench.Machine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Results as tables for people, and as JSON and CSV for programs. */
final class Report {
    private Report() {}

    static void print(ModelResult result, PrintWriter out) {
        out.printf(Locale.ROOT,
                "%n%s on %s, %d threads, %d rounds; warm-up of each engine: at least %d steps and %.0f s%n",
                result.model(), Machine.processor(), result.threads(), result.rounds(), result.warmup().steps(),
                result.warmup().seconds());
        printSearches(result.searches(), out);
        out.printf("%-28s %10s %8s %9s %9s %22s %8s %8s%n", "", "step ms", "peak MB", "+launcher", "empty MB",
                "ratio (95 %)", "paired", "memory");
        result.engines().forEach(engine -> print(engine, out));
        if (result.inkhorn().isPresent()) {
            result.bestOfTorch().ifPresent(best ->
                    out.printf(Locale.ROOT, "Inkhorn / %s: time %.3f, memory %.3f (launcher counted)%n",
                    best.label(), best.ratio().value(), best.memoryRatio()));
        }
        if (result.bfloat16() != null) {
            out.printf("for information, of another precision and not part of the comparison:%n");
            print(result.bfloat16(), out);
        }
        if (result.shareOfPeak() != null) {
            out.printf(Locale.ROOT, "Inkhorn's step: %.1f GFLOP, %.3f of the measured peak (95 %%: %.3f–%.3f)%n",
                    result.flops() * 1e-9, result.shareOfPeak().value(), result.shareOfPeak().low(),
                    result.shareOfPeak().high());
        }
        if (result.profile() != null) {
            print(result.profile(), out);
        }
        out.flush();
    }

    private static void printSearches(List<SettingSearch.FoundSetting> searches, PrintWriter out) {
        for (SettingSearch.FoundSetting found : searches) {
            String how = found.duels().isEmpty() ? "given, not searched"
                    : found.duels().stream().map(SettingSearch.Duel::toString).collect(Collectors.joining("; "));
            out.printf("settings of torch %s: %s (%s)%n", found.build(), found.setting().label(), how);
        }
    }

    private static void print(ModelResult.EngineResult e, PrintWriter out) {
        out.printf(Locale.ROOT, "%-28s %10.2f %8.0f %9.0f %9.0f   %6.3f (%.3f–%.3f) %8.3f %8.3f%n", e.label(),
                e.medianMs(), e.memory().peak() / 1e6, e.memory().total() / 1e6, e.memory().empty() / 1e6,
                e.ratio().value(), e.ratio().low(), e.ratio().high(), e.pairedRatio(), e.memoryRatio());
    }

    private static void print(Profile profile, PrintWriter out) {
        out.printf(Locale.ROOT, "%nprofile of a step: %.2f ms; peak %.0f GFLOP/s, %.1f GB/s%n", profile.stepMs(),
                profile.gflops(), profile.gigabytes());
        out.printf("%-32s %7s %9s %7s %9s %8s %9s%n", "kernel", "calls", "ms", "of step", "GFLOP/s", "GB/s",
                "of limit");
        double inKernels = 0;
        for (Profile.Op op : profile.ops()) {
            inKernels += op.ms();
            out.printf(Locale.ROOT, "%-32s %7.0f %9.3f %6.1f%% %9s %8.1f %9s%n", op.label(), op.calls(), op.ms(),
                    100 * op.ms() / profile.stepMs(), op.gflops() == 0 ? ""
                    : String.format(Locale.ROOT, "%.1f", op.gflops()), op.gigabytes(), op.shareOfLimit() == 0 ? ""
                    : String.format(Locale.ROOT, "%.2f", op.shareOfLimit()));
        }
        double rest = profile.stepMs() - inKernels;
        out.printf(Locale.ROOT, "%-32s %7s %9.3f %6.1f%%%n", "outside kernels", "", rest,
                100 * rest / profile.stepMs());
    }

    /**
     * Writes {@code NAME.json} with everything, {@code NAME.csv} with one line a turn, {@code NAME.md} with the table.
     */
    static void write(List<ModelResult> results, Map<String, Object> machine, Path directory, String name)
            throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        json.writeValue(directory.resolve(name + ".json").toFile(), Map.of("machine", machine, "results", results));
        Files.write(directory.resolve(name + ".md"), MarkdownTable.of(results, machine));
        List<String> lines = new ArrayList<>(List.of("model,engine,round,step_ms"));
        for (ModelResult result : results) {
            for (ModelResult.EngineResult engine : result.engines()) {
                addTurns(result.model(), engine, lines);
            }
            if (result.bfloat16() != null) {
                addTurns(result.model(), result.bfloat16(), lines);
            }
        }
        Files.write(directory.resolve(name + ".csv"), lines);
    }

    private static void addTurns(String model, ModelResult.EngineResult engine, List<String> lines) {
        for (int round = 0; round < engine.turnMs().length; round++) {
            lines.add(model + "," + engine.label() + "," + (round + 1) + "," + engine.turnMs()[round]);
        }
    }
}
