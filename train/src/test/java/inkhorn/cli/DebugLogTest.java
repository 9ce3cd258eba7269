package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import inkhorn.autograd.kernel.KernelProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What {@code --debug} adds to a run of a small model, which sets the level of the project's loggers. */
final class DebugLogTest {

    @TempDir
    Path directory;

    private final Logger project = (Logger) LoggerFactory.getLogger("inkhorn");
    private final Level before = project.getLevel();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        project.addAppender(logged);
        project.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        project.detachAppender(logged);
        project.setAdditive(true);
        project.setLevel(before);
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void phasesStepsFilesAllocationsAndJavaAreLogged() throws IOException {
        project.setLevel(Level.DEBUG);
        train();
        assertLogged("java " + Pattern.quote(System.getProperty("java.version")) + ", .*");
        assertLogged("flags of java: .*");
        for (String phase : List.of("reading and preparing the data", "making the model", "waiting for the warm-up",
                "evaluation", "sample", "saving")) {
            assertLogged(phase + ": \\d+\\.\\d{3} s");
        }
        String parts = "data [0-9.]+ ms, forward [0-9.]+ ms, backward [0-9.]+ ms, clip [0-9.]+ ms, update [0-9.]+ ms, ";
        assertLogged("step 2, mean of 2: " + parts + "\\d+ bytes allocated, heap \\d+ of \\d+ MiB");
        assertLogged("read " + directory.resolve("text.txt") + ", 2000 bytes");
        assertLogged("read .*train.bin, \\d+ bytes");
        assertLogged("wrote .*model.safetensors, \\d+ bytes");
    }

    @Test
    void withoutItNothingIs() throws IOException {
        project.setLevel(Level.INFO);
        train();
        assertThat(logged.list).isEmpty();
    }

    private void assertLogged(String line) {
        assertThat(logged.list).extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(message -> message.matches(line));
    }

    private void train() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"),
                "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        Path config = Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8}
                train: {max_iters: 4, batch_size: 2, eval_interval: 4, eval_iters: 2, log_interval: 2, sample_chars: 5}
                optim: {warmup_iters: 0, lr_decay_iters: 4}
                """);
        Program program = new Program(directory.resolve("sets"));
        assertThat(program.run(config.toString(), "--data.path=" + text, "--kernels=scalar", "--run.out="
                + directory.resolve("run"))).isZero();
    }
}
