package inkhorn.bench.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Results as tables for people, and as JSON and CSV for programs. */
final class Report {

    private Report() {
    }

    static void print(ModelResult result, PrintWriter out) {
        out.printf(Locale.ROOT, "%n%s, %d threads, %d rounds%n", result.model(), result.threads(), result.rounds());
        out.printf("%-24s %10s %8s %9s %9s %22s %8s%n", "", "step ms", "peak MB", "+launcher", "empty MB", "ratio (95 %)", "paired");
        for (ModelResult.EngineResult e : result.engines()) {
            out.printf(Locale.ROOT, "%-24s %10.2f %8.0f %9.0f %9.0f   %6.3f (%.3f–%.3f) %8.3f%n", e.label(), e.medianMs(),
                    e.memory().peak() / 1e6, (e.memory().peak() + e.memory().launcher()) / 1e6, e.memory().empty() / 1e6, e.ratio().value(), e.ratio().low(), e.ratio().high(), e.pairedRatio());
        }
        ModelResult.EngineResult best = result.bestOfTorch();
        if (best != null && result.shareOfPeak() != null) {
            out.printf(Locale.ROOT, "Inkhorn / %s: %.3f%n", best.label(), best.ratio().value());
        }
        if (result.shareOfPeak() != null) {
            out.printf(Locale.ROOT, "Inkhorn's step: %.1f GFLOP, %.3f of the measured peak (95 %%: %.3f–%.3f)%n", result.flops() * 1e-9,
                    result.shareOfPeak().value(), result.shareOfPeak().low(), result.shareOfPeak().high());
        }
        if (result.profile() != null) {
            print(result.profile(), out);
        }
        out.flush();
    }

    private static void print(Profile profile, PrintWriter out) {
        out.printf(Locale.ROOT, "%nprofile of a step: %.2f ms; peak %.0f GFLOP/s, %.1f GB/s%n", profile.stepMs(), profile.gflops(),
                profile.gigabytes());
        out.printf("%-32s %7s %9s %7s %9s %8s %9s%n", "kernel", "calls", "ms", "of step", "GFLOP/s", "GB/s", "of limit");
        double inKernels = 0;
        for (Profile.Op op : profile.ops()) {
            inKernels += op.ms();
            out.printf(Locale.ROOT, "%-32s %7.0f %9.3f %6.1f%% %9s %8.1f %9s%n", op.label(), op.calls(), op.ms(),
                    100 * op.ms() / profile.stepMs(), op.gflops() == 0 ? "" : String.format(Locale.ROOT, "%.1f", op.gflops()),
                    op.gigabytes(), op.shareOfLimit() == 0 ? "" : String.format(Locale.ROOT, "%.2f", op.shareOfLimit()));
        }
        double rest = profile.stepMs() - inKernels;
        out.printf(Locale.ROOT, "%-32s %7s %9.3f %6.1f%%%n", "outside kernels", "", rest, 100 * rest / profile.stepMs());
    }

    /** Writes {@code NAME.json} with everything and {@code NAME.csv} with one line a turn. */
    static void write(List<ModelResult> results, Map<String, Object> machine, Path directory, String name) throws IOException {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        json.writeValue(directory.resolve(name + ".json").toFile(), Map.of("machine", machine, "results", results));
        List<String> lines = new ArrayList<>(List.of("model,engine,round,step_ms"));
        for (ModelResult result : results) {
            for (ModelResult.EngineResult engine : result.engines()) {
                for (int round = 0; round < engine.turnMs().length; round++) {
                    lines.add(result.model() + "," + engine.label() + "," + (round + 1) + "," + engine.turnMs()[round]);
                }
            }
        }
        Files.write(directory.resolve(name + ".csv"), lines);
    }
}
