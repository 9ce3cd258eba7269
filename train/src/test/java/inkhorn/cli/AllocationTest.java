package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;

import inkhorn.cli.launch.JvmArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AllocationTest {

    private static final long MEBIBYTE = 1L << 20;

    /**
     * In a JVM started as the program starts its second one, because the flags decide what the compiler gets rid of.
     * The warm-up lasts until the compiler is done: vectors that it has not yet compiled away are objects.
     *
     * <p>The order of a JVM's first compilations is up to chance, and in a few starts of a hundred it leaves some loop
     * with objects (docs/log/inlining-and-allocation.md). A step that allocates by its code does so in every start.
     */
    @ParameterizedTest
    @CsvSource({"shakespeare-char-tiny, 150, 40, adamw", "shakespeare-char-tiny, 150, 40, muon",
        "shakespeare-char, 60, 10, muon"})
    @Timeout(value = 360, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aStepAllocatesLessThanAMebibyteOnAllThreadsTogether(String config, String warmUp, String measured,
            String optimizer, @TempDir Path directory) throws IOException, InterruptedException {
        List<Long> starts = new ArrayList<>();
        do {
            starts.add(bytesPerStep(config, warmUp, measured, optimizer, directory));
        } while (starts.size() < 3 && starts.get(starts.size() - 1) >= MEBIBYTE);
        assertThat(starts).as("bytes a step, a start each").last(LONG).isBetween(1L, MEBIBYTE - 1);
    }

    private static long bytesPerStep(String config, String warmUp, String measured, String optimizer,
            Path directory) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = JvmArguments.command(java, List.of(), List.of(), false,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.class.path"), JvmArguments.NO_PARENT, AllocationProbe.class.getName(),
                new String[] {"../configs/" + config + ".yaml", directory.toString(), warmUp, measured, optimizer});
        Path errors = directory.resolve("errors");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String printed = new String(process.getInputStream().readAllBytes()).strip();
        assertThat(process.waitFor()).as(printed + Files.readString(errors)).isZero();
        return Long.parseLong(printed);
    }
}
