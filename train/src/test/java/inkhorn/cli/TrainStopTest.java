package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.launch.Shutdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code train} does when it is asked to stop. */
final class TrainStopTest {

    private static final int SIGTERM = 15;

    @TempDir
    Path directory;

    private final Shutdown shutdown = new Shutdown(code -> { });
    private Program program;
    private String[] args;

    @BeforeEach
    void writeConfigAndText() throws IOException {
        Path text = Files.writeString(directory.resolve("text.txt"),
                "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        Path config = Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8}
                train: {max_iters: 6, batch_size: 2, eval_interval: 0, checkpoint_interval: 0}
                optim: {warmup_iters: 2}
                """);
        program = new Program(directory.resolve("sets"));
        program.signals = () -> shutdown;
        args = new String[] {config.toString(), "--data.path=" + text, "--run.out=" + directory.resolve("run"),
            "--no-probe", "--kernels=scalar",
            "--threads=1"};
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void beforeTheFirstStepItLeavesNeitherDataNorARun() {
        shutdown.request(SIGTERM);
        assertThat(program.run(args)).isEqualTo(143);
        assertThat(program.out()).startsWith("stopped before the first step").hasLineCount(1);
        assertThat(directory.resolve("run")).doesNotExist();
        assertThat(directory.resolve("sets")).doesNotExist();
    }

    @Test
    void afterTheBannerNoStepIsTaken() {
        program.onFlush = () -> {
            if (program.out().contains("\nsteps ")) {
                shutdown.request(SIGTERM);
            }
        };
        assertThat(program.run(args)).isEqualTo(143);
        assertThat(program.out()).contains("\nstopped before the first step").doesNotContain("saved");
    }

    @Test
    void atTheStepThatIsAskedForItSavesAndTheSameCommandGoesOnToTheEnd() throws IOException {
        assertThat(program.run(with("--stop-at=4"))).as(program.err()).isZero();
        assertThat(program.out()).contains("stopped at step 4 of 6; go on with: java -jar train.jar ")
                .doesNotContain("--stop-at");
        assertThat(program.run(with("--resume"))).isZero();
        assertThat(program.out()).contains("going on from step 4", "done: 6 steps");
        assertThat(program.run(with("--run.out=" + directory.resolve("plain")))).isZero();
        assertThat(directory.resolve("run/step-00000006/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("plain/step-00000006/model.safetensors"));
    }

    @Test
    void aStepBeyondTheEndIsRefused() {
        assertThat(program.run(with("--stop-at=7"))).isEqualTo(2);
        assertThat(program.err()).endsWith("error: --stop-at: found 7, expected a whole number between 1 and 6\n");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    private String[] with(String option) {
        return Stream.concat(Stream.of(args), Stream.of(option)).toArray(String[]::new);
    }
}
