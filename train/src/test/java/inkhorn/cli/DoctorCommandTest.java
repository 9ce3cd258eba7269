package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.machine.MachineFacts;
import inkhorn.cli.machine.MachineReader;
import inkhorn.cli.machine.Machines;
import inkhorn.cli.machine.Processor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {

    private final Program program = new Program(Path.of("../data/sets"));

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theTextNamesEachFactAndThatNothingIsToChange() {
        assertThat(examine(Machines.GOOD, null, false)).isEqualTo("""
                java       17.0.15, Debian, OpenJDK 64-Bit Server VM, in /opt/jdk-17
                system     Linux 6.1, amd64; A Fast One, 8 cores, load average 0.25
                kernels    vector, 512-bit; the module is there
                vectors    512 bits, 16 floats
                threads    8 on 8 cores
                peak       117.0 GFLOP/s on one thread, 900.0 on 8: 7.70 times
                bandwidth  40.1 GB/s read and written, 30.0 only read
                memory     heap of up to 12,288 MiB, of the machine's 16,384 MiB
                collector  Copy, MarkSweepCompact
                huge pages madvise; Java asks for them
                relaunch   yes, with --add-modules=jdk.incubator.vector -XX:+UseSerialGC

                nothing to change
                """);
    }

    @Test
    void whatASystemDoesNotTellIsLeftOutOrSaidToBeUnknown() {
        MachineFacts bare = new MachineFacts(Machines.GOOD.java(), new MachineFacts.Host("Windows 11, amd64",
                new Processor("amd64", "", null, false), 1, null),
                new MachineFacts.KernelFacts("scalar, plain loops; not loaded", true, 0, 1),
                new MachineFacts.Peak(3, 3, 1.0, null, null),
                new MachineFacts.Memory(200, null), new MachineFacts.HugePages(null, false),
                new MachineFacts.Start(false, List.of()));
        assertThat(examine(bare, null, false)).contains(
                "system     Windows 11, amd64; amd64, 1 core\n",
                "vectors    none: the Vector API is not loaded\n",
                "bandwidth  not measured, the heap is too small\n",
                "memory     heap of up to 200 MiB\n",
                "huge pages no setting of this system; Java does not ask for them\n",
                "relaunch   no; Java's flags are none\n",
                "what to change:\n  - Leave out --no-relaunch: ");
        assertThat(examine(bare, null, false).lines()).allMatch(line -> line.length() <= 110);
    }

    @Test
    void aGainOfThreadsThatCannotBeIsNotShown() {
        MachineFacts busy = Machines.with(Machines.GOOD.kernels(), new MachineFacts.Peak(3, 900, null, 40.0, 30.0));
        assertThat(examine(busy, null, false)).contains("peak       3.0 GFLOP/s on one thread, 900.0 on 8\n");
    }

    @Test
    void jsonHasTheSameFactsByNameAndNullForWhatIsUnknown(@TempDir Path directory) throws IOException {
        Path config = Files.writeString(directory.resolve("huge.yaml"), "model: {n_embd: 3072, n_layer: 48}\n");
        MachineFacts machine = Machines.with(new MachineFacts.HugePages(null, false), Machines.GOOD.start());
        JsonNode json = new ObjectMapper().readTree(examine(machine, config, true));
        assertThat(json.at("/java/has_vector_module").booleanValue()).isTrue();
        assertThat(json.at("/system/processor/has_avx512").booleanValue()).isTrue();
        assertThat(json.at("/system/load_average").doubleValue()).isEqualTo(0.25);
        assertThat(json.at("/kernels/vector_bits").intValue()).isEqualTo(512);
        assertThat(json.at("/peak/gflops_of_one_thread").doubleValue()).isEqualTo(116.96);
        assertThat(json.at("/peak/gigabytes_per_second").doubleValue()).isEqualTo(40.06);
        assertThat(json.at("/memory/heap_mib").longValue()).isEqualTo(12_288);
        assertThat(json.at("/huge_pages/system").isNull()).isTrue();
        assertThat(json.at("/start/flags/1").textValue()).isEqualTo("-XX:+UseSerialGC");
        assertThat(json.at("/training/run").textValue()).isEqualTo("huge");
        assertThat(json.at("/training/mib").longValue()).isGreaterThan(80_000);
        assertThat(json.at("/what_to_change/0").textValue()).startsWith("Lower train.batch_size, ");
    }

    @Test
    void theVocabularyOfAKnownTokenizerCounts(@TempDir Path directory) throws IOException {
        String model = "model: {n_embd: 32, n_layer: 1, n_head: 1, block_size: 64}\ntrain: {batch_size: 64}\n";
        Path gpt2 = Files.writeString(directory.resolve("a.yaml"), model + "data: {tokenizer: gpt2}\n");
        JsonNode json = new ObjectMapper().readTree(examine(Machines.GOOD, gpt2, true));
        // The table with gradient and moments, 4 × 6 MiB, and 62 MiB of the logits; all 64 × 64 × 50257 would be 785.
        assertThat(json.at("/training/mib").longValue()).isBetween(86L, 200L);
    }

    /** On whatever runs the tests: what must be so everywhere. */
    @Test
    void thisMachineIsExaminedInTheJvmThatComputes() {
        KernelProvider.choose(2);
        MachineFacts here = MachineReader.read(2, false, 0.05);
        assertThat(here.java().hasVectorModule()).isTrue();
        assertThat(here.java().collectors()).isNotEmpty();
        assertThat(here.system().cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(here.kernels().choice()).startsWith("vector").endsWith("the module jdk.incubator.vector is there");
        assertThat(here.kernels().vectorBits()).isIn(128, 256, 512);
        assertThat(here.peak().gflopsOfOneThread()).isPositive();
        assertThat(here.peak().gflopsOfAllThreads()).isPositive();
        assertThat(here.memory().heapMib()).isEqualTo(Runtime.getRuntime().maxMemory() >> 20);
        assertThat(here.start().relaunched()).isFalse();
    }

    @Test
    void theModeOfHugePagesIsTheOneInBrackets() {
        assertThat(MachineReader.hugePageMode("always defer defer+madvise [madvise] never\n")).isEqualTo("madvise");
        assertThat(MachineReader.hugePageMode("always [defer+madvise] madvise never\n")).isEqualTo("defer+madvise");
        assertThat(MachineReader.hugePageMode("")).isNull();
    }

    @Test
    void theProcessorIsReadOffItsDescription() {
        assertThat(Processor.parse(List.of("processor\t: 0", "model name\t: A Fast One",
                "flags\t\t: fpu avx512f avx512bw", "",
                "processor\t: 1", "model name\t: A Fast One"), "amd64"))
                .isEqualTo(new Processor("A Fast One", "", 2, true));
        assertThat(Processor.parse(List.of("processor\t: 0", "BogoMIPS\t: 50.00", "Features\t: fp asimd"), "aarch64"))
                .isEqualTo(new Processor("aarch64", "", 1, false));
        assertThat(Processor.parse(List.of(), "s390x")).isEqualTo(new Processor("s390x", "", null, false));
    }

    @Test
    void familyAndModelTellProcessorsOfOneNameApart() {
        assertThat(Processor.parse(List.of("processor\t: 0", "cpu family\t: 25", "model\t\t: 17",
                "model name\t: A Fast One",
                "stepping\t: 1"), "amd64"))
                .isEqualTo(new Processor("A Fast One", "family 25, model 17, stepping 1", 1, false));
    }

    @Test
    void oneProcessHasNoLinkToMeasure() {
        assertThat(program.run("doctor", "--mpi")).isEqualTo(2);
        assertThat(program.err()).startsWith("error: doctor --mpi: found one process").hasLineCount(1);
    }

    @Test
    void threadsAndKernelsThatWereAskedForAreExamined() {
        List<String> asked = new ArrayList<>();
        program.examination = (threads, scalar) -> {
            asked.add(threads + " " + scalar);
            return Machines.GOOD;
        };
        assertThat(program.run("doctor")).isZero();
        assertThat(program.run("doctor", "--threads=3", "--kernels", "scalar")).isZero();
        assertThat(asked).containsExactly(Runtime.getRuntime().availableProcessors() + " false", "3 true");
    }

    private String examine(MachineFacts machine, Path config, boolean json) {
        program.clear();
        program.examination = (threads, scalar) -> machine;
        List<String> args = new ArrayList<>(List.of("doctor", "--threads=2"));
        args.addAll(config == null ? List.of() : List.of(config.toString()));
        args.addAll(json ? List.of("--json") : List.of());
        assertThat(program.run(args.toArray(String[]::new))).as(program.err()).isZero();
        return program.out();
    }
}
