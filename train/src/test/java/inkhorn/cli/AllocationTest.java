package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class AllocationTest {

    /** Until then the compiler is at work, and vectors that it has not yet compiled away are objects. */
    private static final String WARM_UP = "150";
    private static final String MEASURED = "40";

    /** In a JVM started as the program starts its second one, because the flags decide what the compiler gets rid of. */
    @Test
    @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aStepOfTheTinyConfigAllocatesLessThanAMebibyteOnAllThreadsTogether(@TempDir Path directory)
            throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = JvmArguments.command(java, List.of(), List.of(), false, false, Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.class.path"), ProcessHandle.current().pid(), AllocationProbe.class.getName(),
                new String[] {"../configs/shakespeare-char-tiny.yaml", directory.toString(), WARM_UP, MEASURED});
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String printed = new String(process.getInputStream().readAllBytes()).strip();
        assertThat(process.waitFor()).as(printed).isZero();
        assertThat(Long.parseLong(printed)).as("bytes a step").isBetween(1L, (1L << 20) - 1);
    }
}
