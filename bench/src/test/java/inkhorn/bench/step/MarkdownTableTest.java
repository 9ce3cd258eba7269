package inkhorn.bench.step;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.bench.Statistics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MarkdownTableTest {

    private static final Map<String, Object> MACHINE = Map.of("processor", "A Fast One (family 25, model 17)",
            "date", "2026-01-02T03:04:05");
    private static final ModelResult.EngineResult INKHORN =
            engine("Inkhorn", "Java 17.0.15, vector, 512-bit", 50, 1, 1);
    private static final ModelResult.EngineResult MKL = engine("torch MKL (passive_thp)", "libtorch", 200, 0.25, 0.3);
    private static final ModelResult.EngineResult OPENBLAS = engine("torch OpenBLAS", "libtorch", 100, 0.5, 0.6);
    private static final ModelResult.EngineResult BFLOAT16 = engine("torch OpenBLAS bf16", "libtorch", 25, 2, 0.9);

    @Test
    void theTableNamesItsProcessorJavaAndDay() {
        assertThat(MarkdownTable.of(List.of(result(List.of(INKHORN, MKL))), MACHINE).get(0))
                .contains("A Fast One (family 25, model 17)", "2 threads", "Java 17.0.15;", "libtorch 2.7.1",
                        "2026-01-02:");
    }

    @Test
    void timeAndMemoryAreComparedWithTheFasterLibtorchInFloat32() {
        assertThat(row(INKHORN, MKL, OPENBLAS)).contains("| **0.50** (0.50–0.50) | 0.60 |").endsWith("| 25.0 ms |");
    }

    @Test
    void eachLibtorchStandsWithItsSetting() {
        assertThat(row(INKHORN, MKL, OPENBLAS)).contains("| 50.0 ms | 200 ms (passive_thp) | 100 ms |");
    }

    @Test
    void aRowNamesModelBatchAndTheRoundsThatThereWere() {
        assertThat(row(INKHORN)).startsWith("| `char`: 6 layers, 384 channels, dropout 0.2 | 16 × 256 | 7 |");
    }

    @Test
    void withoutLibtorchNothingIsCompared() {
        assertThat(row(INKHORN)).contains("| 50.0 ms | – | – | – | – |");
    }

    private static String row(ModelResult.EngineResult... engines) {
        List<String> lines = MarkdownTable.of(List.of(result(List.of(engines))), MACHINE);
        return lines.get(lines.size() - 1);
    }

    private static ModelResult result(List<ModelResult.EngineResult> engines) {
        return new ModelResult("char", 2, 7, new StepOptions.Warmup(3, 12), 1e9, List.of(), List.of(), engines,
                BFLOAT16, null, null);
    }

    private static ModelResult.EngineResult engine(String label, String description, double ms, double ratio,
            double memory) {
        return new ModelResult.EngineResult(label, description, 3, 1, new double[] {ms}, ms,
                new WorkerProcess.Memory(1, 0, 0), memory, new Statistics.Estimate(ratio, ratio, ratio), ratio);
    }
}
