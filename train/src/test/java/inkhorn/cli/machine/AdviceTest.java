package inkhorn.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AdviceTest {

    private static final MachineFacts GOOD = Machines.GOOD;

    @Test
    void aGoodMachineNeedsNoChange() {
        assertThat(Advice.of(GOOD, null)).isEmpty();
        assertThat(Advice.of(GOOD, new MachineFacts.TrainingNeed("mine", 12_000))).isEmpty();
    }

    @Test
    void aSystemThatTellsNothingIsNoReasonForAdvice() {
        MachineFacts windows = new MachineFacts(GOOD.java(), new MachineFacts.Host("Windows 11, amd64",
                new Processor("amd64", "", null, false), 8, null),
                GOOD.kernels(), GOOD.peak(), new MachineFacts.Memory(12_288, null),
                new MachineFacts.HugePages(null, false), GOOD.start());
        assertThat(Advice.of(windows, null)).isEmpty();
    }

    @Test
    void aJavaWithoutTheModuleIsToBeReplaced() {
        assertSays(Machines.with(new MachineFacts.Jvm("17", "Debian", "OpenJDK", "/opt/jre", false, List.of())),
                "Install a full JDK, 17 or newer, such as Eclipse Temurin: the Java in /opt/jre has no module"
                + " jdk.incubator.vector");
    }

    @Test
    void scalarKernelsAreALossWhetherByWishOrForWantOfARelaunch() {
        assertSays(Machines.with(new MachineFacts.KernelFacts("scalar; as asked for", true, 512, 8), GOOD.peak()),
                "Leave out --kernels=scalar: ");
        assertSays(Machines.with(new MachineFacts.KernelFacts("scalar; not loaded", true, 0, 8),
                new MachineFacts.Peak(3, 24, 8.0, 40.0, 30.0)),
                "Leave out --no-relaunch: ");
    }

    @Test
    void vectorsThatAreInterpretedOrNarrowerThanTheProcessorsAreNamed() {
        assertSays(Machines.with(GOOD.kernels(), new MachineFacts.Peak(0.1, 0.8, 8.0, 40.0, 30.0)),
                "Leave out flags that keep Java from compiling (-Xint, ");
        assertSays(Machines.with(new MachineFacts.KernelFacts("vector, 256-bit", false, 256, 8), GOOD.peak()),
                "Try java -XX:UseAVX=3 -jar train.jar doctor: the processor has vectors of 512 bits and Java uses 256");
    }

    @Test
    void threadsAreToBeAsManyAsCores() {
        assertSays(Machines.with(new MachineFacts.KernelFacts("vector", false, 512, 6), GOOD.peak()),
                "Leave out --threads=6: there are 8 cores");
        assertSays(Machines.with(new MachineFacts.KernelFacts("vector", false, 512, 9), GOOD.peak()),
                "Give --threads=8: 9 threads would take turns on 8 cores");
    }

    @Test
    void hyperThreadsAreSeenByTheirScaling() {
        assertSays(Machines.with(GOOD.kernels(), new MachineFacts.Peak(117, 480, 4.1, 40.0, 30.0)),
                "Try --threads=4: 8 threads reach only 4.10 times what one does");
    }

    @Test
    void coresThatJavaMayNotUseAreCounted() {
        assertSays(Machines.with(new MachineFacts.Host("Linux", new Processor("A Fast One", "", 32, true), 8, 0.0)),
                "Let Java use more of the machine's 32 processors, it may use 8: raise the container's CPU limit");
    }

    @Test
    void aLoadedMachineIsNamedAndItsScalingNotBlamedOnHyperThreads() {
        MachineFacts.Host busy = new MachineFacts.Host("Linux", new Processor("A Fast One", "", 8, true), 8, 5.0);
        assertSays(new MachineFacts(GOOD.java(), busy, GOOD.kernels(), new MachineFacts.Peak(117, 480, 4.1, 40.0, 30.0),
                GOOD.memory(), GOOD.hugePages(), GOOD.start()),
                "End other programs, or train when they are done: the load average over the last minute is 5.00 on 8"
                + " cores");
    }

    @Test
    void aHeapTooSmallForAConfigIsToGrowWhereTheMachineHasTheMemory() {
        assertSays(GOOD, new MachineFacts.TrainingNeed("mine", 12_300),
                "Start with java -Xmx14g: mine takes about 12,300 MiB to train, and Java's heap"
                + " may grow to 12,288 MiB.");
        assertSays(GOOD, new MachineFacts.TrainingNeed("mine", 40_000),
                "Lower train.batch_size, model.block_size or model.n_embd, or take a larger machine: mine");
        assertSays(Machines.with(new MachineFacts.Memory(512, 16_384L)), "Leave out -Xmx, or raise it, ");
    }

    @Test
    void hugePagesAreToBeAllowedAndAskedFor() {
        assertSays(Machines.with(new MachineFacts.HugePages("never", false), GOOD.start()),
                "Allow huge pages, as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
        assertSays(Machines.with(new MachineFacts.HugePages("madvise", false), GOOD.start()),
                "Leave out -XX:-UseTransparentHugePages: ");
    }

    @Test
    void aJvmThatTheProgramDidNotStartLacksItsFlags() {
        assertSays(Machines.with(new MachineFacts.HugePages("madvise", false),
                new MachineFacts.Start(false, List.of())),
                "Start with plain java -jar train.jar, without --add-modules: ");
        assertSays(Machines.with(new MachineFacts.Jvm("17", "Debian", "OpenJDK", "/opt/jdk", true,
                List.of("G1 Young Generation", "G1 Old Generation"))),
                "Leave out -XX:+UseG1GC: ");
    }

    private static void assertSays(MachineFacts machine, String beginning) {
        assertSays(machine, null, beginning);
    }

    /** That, and nothing else. */
    private static void assertSays(MachineFacts machine, MachineFacts.TrainingNeed training, String beginning) {
        assertThat(Advice.of(machine, training)).singleElement().asString().startsWith(beginning).endsWith(".");
    }
}
