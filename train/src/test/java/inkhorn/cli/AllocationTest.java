package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.cli.launch.JvmArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AllocationTest {

    /**
     * In a JVM started as the program starts its second one, because the flags decide what the compiler gets rid of.
     * The warm-up lasts until the compiler is done: vectors that it has not yet compiled away are objects.
     */
    @ParameterizedTest
    @CsvSource({"shakespeare-char-tiny, 150, 40", "shakespeare-char, 60, 10"})
    @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aStepAllocatesLessThanAMebibyteOnAllThreadsTogether(String config, String warmUp, String measured,
            @TempDir Path directory)
            throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = JvmArguments.command(java, List.of(), List.of(), false,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.class.path"), JvmArguments.NO_PARENT, AllocationProbe.class.getName(),
                new String[] {"../configs/" + config + ".yaml", directory.toString(), warmUp, measured});
        Path errors = directory.resolve("errors");
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String printed = new String(process.getInputStream().readAllBytes()).strip();
        assertThat(process.waitFor()).as(printed + Files.readString(errors)).isZero();
        assertThat(Long.parseLong(printed)).as("bytes a step").isBetween(1L, (1L << 20) - 1);
    }
}
