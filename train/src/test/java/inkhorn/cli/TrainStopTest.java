package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.launch.Shutdown;
import inkhorn.cli.options.Engine;
import inkhorn.config.ConfigLoader;
import inkhorn.train.PeakMeter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code train} does when it is asked to stop. */
final class TrainStopTest {

    private static final int SIGTERM = 15;

    @TempDir
    Path directory;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Shutdown shutdown = new Shutdown(code -> { });
    private TrainCommand.Request request;

    @BeforeEach
    void writeConfigAndText() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"), "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        Path config = Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8}
                train: {max_iters: 6, batch_size: 2, eval_interval: 0, checkpoint_interval: 0}
                optim: {warmup_iters: 2}
                """);
        request = new TrainCommand.Request(ConfigLoader.load(config, Map.of("data.path", text.toString(),
                "run.out", directory.resolve("run").toString())), List.of(), Optional.empty(), false, new Engine(1, Engine.Kernels.SCALAR));
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void beforeTheFirstStepItLeavesNeitherDataNorARun() {
        shutdown.request(SIGTERM);
        assertThat(train(new PrintStream(printed, true, StandardCharsets.UTF_8))).isEqualTo(143);
        assertThat(printed.toString(StandardCharsets.UTF_8)).startsWith("stopped before the first step").hasLineCount(1);
        assertThat(directory.resolve("run")).doesNotExist();
        assertThat(directory.resolve("sets")).doesNotExist();
    }

    @Test
    void afterTheBannerNoStepIsTaken() {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8) {
            @Override
            public void flush() {
                super.flush();
                if (printed.toString(StandardCharsets.UTF_8).contains("\nsteps ")) {
                    shutdown.request(SIGTERM);
                }
            }
        };
        assertThat(train(out)).isEqualTo(143);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("\nstopped before the first step").doesNotContain("saved");
    }

    private int train(PrintStream out) {
        return new TrainJob(out, directory.resolve("sets"), (threads, flops) -> PeakMeter.none(), () -> shutdown).run(request);
    }
}
