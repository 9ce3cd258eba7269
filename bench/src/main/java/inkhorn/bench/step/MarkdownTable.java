package inkhorn.bench.step;

import inkhorn.bench.ModelCase;
import inkhorn.bench.step.Engine.Build;
import inkhorn.bench.torch.TorchProcess;
import inkhorn.nn.GptConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The results as the README has them: one table for one processor. */
final class MarkdownTable {
    private static final String NOTHING = "–";

    private MarkdownTable() {}

    /** @param machine as {@link inkhorn.bench.Machine#describe} has it */
    static List<String> of(List<ModelResult> results, Map<String, Object> machine) {
        List<String> lines = new ArrayList<>(List.of(
                machine.get("processor") + ", " + results.get(0).threads() + " threads, " + inkhorn(results)
                        + "; libtorch " + TorchProcess.VERSION + "; "
                + machine.get("date").toString().substring(0, 10) + ":", "",
                "| model | tokens a step | rounds | Inkhorn | libtorch, MKL | libtorch, OpenBLAS | time (95 %) |"
                + " peak memory | for information: libtorch in bf16 |",
                "|---|---|---|---|---|---|---|---|---|"));
        results.forEach(result -> lines.add(row(result)));
        return lines;
    }

    private static String inkhorn(List<ModelResult> results) {
        return results.get(0).inkhorn().map(e -> e.description().replaceFirst(",.*", "")).orElse("without Inkhorn");
    }

    private static String row(ModelResult result) {
        ModelCase model = ModelCase.named(result.model());
        Optional<ModelResult.EngineResult> best = result.bestOfTorch().filter(e -> result.inkhorn().isPresent());
        List<String> cells = List.of(describe(model), model.batch() + " × " + model.config().blockSize(),
                "" + result.rounds(), cell(result.inkhorn()), cell(result.torch(Build.MKL)),
                cell(result.torch(Build.OPENBLAS)),
                best.map(e -> String.format(Locale.ROOT, "**%.2f** (%.2f–%.2f)", e.ratio().value(), e.ratio().low(),
                        e.ratio().high()))
                        .orElse(NOTHING),
                best.map(e -> String.format(Locale.ROOT, "%.2f", e.memoryRatio())).orElse(NOTHING),
                cell(Optional.ofNullable(result.bfloat16())));
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String describe(ModelCase model) {
        GptConfig config = model.config();
        return "`" + model.name() + "`: " + config.nLayer() + " layers, " + config.nEmbd() + " channels"
                + (config.dropout() == 0 ? "" : ", dropout " + config.dropout());
    }

    /** Milliseconds, and the setting in brackets as the label has it. */
    private static String cell(Optional<ModelResult.EngineResult> engine) {
        return engine.map(e -> {
            String ms = String.format(Locale.ROOT, e.medianMs() < 100 ? "%.1f ms" : "%.0f ms", e.medianMs());
            int bracket = e.label().indexOf(" (");
            return bracket < 0 ? ms : ms + e.label().substring(bracket);
        }).orElse(NOTHING);
    }
}
