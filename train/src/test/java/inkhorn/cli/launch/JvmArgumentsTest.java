package inkhorn.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JvmArgumentsTest {

    @Test
    void theUsersOptionsStandBeforeTheJarOrMainClass() {
        assertThat(ofUser("-Xmx4g", "-jar", "train.jar", "a.yaml", "-Dnot=ours")).containsExactly("-Xmx4g");
        assertThat(ofUser("-cp", "a b.jar", "-Da=b c", "inkhorn.cli.Main", "-x")).containsExactly("-Da=b c");
        assertThat(ofUser("--class-path=x", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "@opts", "Main"))
                .containsExactly("--add-opens", "java.base/java.lang=ALL-UNNAMED", "@opts");
        assertThat(ofUser("-jar", "train.jar")).isEmpty();
    }

    @Test
    void theCommandHasTheModuleOurFlagsTheUsersOptionsAndTheArguments() {
        assertThat(command(List.of("-Da=b c"), List.of(), true)).containsExactly(
                "/jdk 17/bin/java", "-Dinkhorn.parent=42", "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
                "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0", "-Djdk.console=java.base",
                "-Dfile.encoding=UTF-8", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:LiveNodeCountInliningCutoff=200000",
                "-XX:MaxNodeLimit=400000", "-XX:NodeLimitFudgeFactor=8000", "-XX:PerMethodTrapLimit=1000000",
                "-XX:CompileCommand=quiet", "-XX:CompileCommand=inline,jdk.incubator.vector.IntVector::species",
                "-XX:CompileCommand=inline,inkhorn.autograd.kernel.vector.loops.VectorMath::*",
                "-XX:CompileCommand=dontinline,inkhorn.autograd.kernel.vector.loops.VectorUnary::*",
                "-XX:CompileCommand=dontinline,inkhorn.autograd.kernel.vector.loops.VectorRows::*",
                "-XX:CompileCommand=dontinline,inkhorn.autograd.kernel.vector.loops.VectorElementwise::*",
                "-XX:CompileCommand=dontinline,inkhorn.autograd.kernel.vector.VectorAttention::*",
                "-XX:CompileCommand=CompileThresholdScaling,"
                        + "inkhorn.autograd.kernel.vector.gemm.MicroKernel*::multiply,0.05",
                "-XX:CompileCommand=CompileThresholdScaling,inkhorn.autograd.kernel.vector.Vector*::*,0.1",
                "-XX:CompileCommand=CompileThresholdScaling,inkhorn.autograd.kernel.vector.loops.Vector*::*,0.1",
                "-XX:CompileCommand=CompileThresholdScaling,inkhorn.autograd.kernel.vector.gemm.Vector*::*,0.1",
                "-XX:CompileCommand=CompileThresholdScaling,inkhorn.autograd.kernel.vector.gemm.Packing::*,0.1",
                "-XX:ObjectAlignmentInBytes=64", "-XX:MaxRAMPercentage=75", "-XX:+UseSerialGC", "-Xmn16m",
                "-XX:+UseTransparentHugePages", "-Da=b c", "-cp", "/a b/train.jar", "inkhorn.cli.Main",
                "my config.yaml", "--resume");
    }

    @Test
    void theUsersHeapStands() {
        for (String heap : List.of("-Xmx4g", "-XX:MaxHeapSize=4g", "-XX:MaxRAMPercentage=20", "-XX:MaxRAMFraction=2")) {
            assertThat(command(List.of(heap), List.of(), true)).contains(heap)
                    .doesNotContain("-XX:MaxRAMPercentage=75");
        }
    }

    @Test
    void theUsersCollectorStandsFromTheEnvironmentToo() {
        assertThat(command(List.of("-XX:+UseZGC"), List.of(), true)).contains("-XX:+UseZGC")
                .doesNotContain("-XX:+UseSerialGC", "-Xmn16m");
        assertThat(command(List.of(), List.of("-XX:+UseParallelGC"), true))
                .doesNotContain("-XX:+UseParallelGC", "-XX:+UseSerialGC", "-Xmn16m");
    }

    @Test
    void theUsersYoungGenerationStands() {
        for (String young : List.of("-Xmn1g", "-XX:NewSize=1g", "-XX:MaxNewSize=1g", "-XX:NewRatio=2")) {
            assertThat(command(List.of(young), List.of(), true)).contains(young, "-XX:+UseSerialGC")
                    .doesNotContain("-Xmn16m");
        }
    }

    @Test
    void hugePagesAreAskedForOnlyWhereThereAreAny() {
        assertThat(command(List.of(), List.of(), false)).doesNotContain("-XX:+UseTransparentHugePages");
        assertThat(command(List.of("-XX:-UseTransparentHugePages"), List.of(), true))
                .doesNotContain("-XX:+UseTransparentHugePages");
    }

    @Test
    void onFewCoresThereAreTwoOptimizingCompilersUnlessTheUserChose() {
        assertThat(command(List.of(), List.of(), true)).noneMatch(option -> option.contains("CICompilerCount"));
        assertThat(commandOn(2, List.of())).contains("-XX:CICompilerCount=3");
        assertThat(commandOn(2, List.of("-XX:CICompilerCount=2"))).contains("-XX:CICompilerCount=2")
                .doesNotContain("-XX:CICompilerCount=3");
    }

    @Test
    void aDebuggersPortIsNotOpenedTwice() {
        assertThat(command(List.of("-agentlib:jdwp=transport=dt_socket,server=y,address=5005"), List.of(), true))
                .noneMatch(option -> option.contains("jdwp"));
    }

    @Test
    void theEnvironmentsOptionsAreSplitIntoWords() {
        assertThat(Relaunch.environmentOptions(Map.of("JAVA_TOOL_OPTIONS", "-Xmx1g  -XX:+UseG1GC", "OTHER", "-x")))
                .containsExactly("-Xmx1g", "-XX:+UseG1GC");
    }

    private static List<String> ofUser(String... arguments) {
        return JvmArguments.ofUser(arguments);
    }

    private static List<String> commandOn(int cores, List<String> user) {
        return JvmArguments.command("/jdk 17/bin/java", user, List.of(), false, cores, "/a b/train.jar", "42",
                "inkhorn.cli.Main",
                new String[] {});
    }

    private static List<String> command(List<String> user, List<String> environment, boolean hugePages) {
        return JvmArguments.command("/jdk 17/bin/java", user, environment, hugePages, 8, "/a b/train.jar", "42",
                "inkhorn.cli.Main", new String[] {"my config.yaml", "--resume"});
    }
}
