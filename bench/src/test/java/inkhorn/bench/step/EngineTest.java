package inkhorn.bench.step;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.bench.step.Engine.Build;
import inkhorn.bench.step.Engine.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EngineTest {

    private static final StepOptions OPTIONS =
            new StepOptions(Path.of("target"), Path.of("java"), "bench.jar", List.of(),
            3, 15, 300, 1, new StepOptions.Warmup(3, 12), false, 30);

    @Test
    void hugePagesAreAskedForInTheirSettingsAlone() {
        assertThat(environment(Engine.torch(Build.MKL, Setting.THP))).containsEntry("THP_MEM_ALLOC_ENABLE", "1");
        assertThat(environment(Engine.torch(Build.MKL, Setting.PASSIVE_THP))).containsEntry("THP_MEM_ALLOC_ENABLE", "1")
                .containsEntry("OMP_WAIT_POLICY", "PASSIVE");
        assertThat(environment(Engine.torch(Build.MKL, Setting.PASSIVE))).doesNotContainKey("THP_MEM_ALLOC_ENABLE");
    }

    @Test
    void everyLibtorchHasTheThreadsOfTheComparison() {
        assertThat(environment(Engine.torch(Build.OPENBLAS, Setting.DEFAULT))).containsEntry("OMP_NUM_THREADS", "3")
                .containsEntry("OPENBLAS_NUM_THREADS", "3");
    }

    @Test
    void bfloat16KeepsTheSettingAndSaysSo() {
        Engine engine = Engine.torch(Build.OPENBLAS, Setting.THP).inBfloat16();
        assertThat(engine.label()).isEqualTo("torch OpenBLAS bf16 (thp)");
        assertThat(engine.process(OPTIONS, "tiny", true).command()).endsWith("tiny", "3", "true", "BFLOAT16", "false");
    }

    @Test
    void anotherBuildTakesPartWithItsOwnClasses() {
        StepOptions other = OPTIONS.withJar(Path.of("before.jar"));
        assertThat(Engine.variant("other build").process(other, "tiny", true).command())
                .containsSubsequence("-cp", "before.jar", "inkhorn.bench.step.StepWorker");
        assertThat(Engine.torch(Build.MKL, Setting.DEFAULT).process(other, "tiny", true).command())
                .doesNotContain("before.jar");
    }

    @Test
    void theLauncherThatStaysCountsAsMemory() {
        assertThat(new WorkerProcess.Memory(100, 40, 10).total()).isEqualTo(140);
    }

    private static Map<String, String> environment(Engine engine) {
        return engine.process(OPTIONS, "tiny", true).environment();
    }
}
