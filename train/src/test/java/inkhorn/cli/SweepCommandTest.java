package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.context.Context;
import inkhorn.cli.launch.Shutdown;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps whose trainings run in this JVM. */
final class SweepCommandTest {

    private static final int SIGINT = 2;

    @TempDir
    Path directory;

    private final List<String> started = new ArrayList<>();
    private final Shutdown shutdown = new Shutdown(code -> { });
    private Predicate<List<String>> isKilled = words -> false;
    private Program program;
    private Path sweep;

    @BeforeEach
    void writeConfigAndText() throws IOException {
        program = program(shutdown);
        Path text = Files.writeString(directory.resolve("text.txt"),
                "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        Files.writeString(directory.resolve("small.yaml"), """
                data: {path: %s}
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8, dropout: 0.1}
                train: {max_iters: 8, batch_size: 2, eval_interval: 2, eval_iters: 0, log_interval: 1,
                        checkpoint_interval: 100, sample_chars: 0}
                optim: {warmup_iters: 2}
                """.formatted(text));
        sweep = directory.resolve("out");
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theSurvivorOfHalvingHasTheBitsOfAPlainTraining() throws IOException {
        write("method: grid", "halving: {eta: 2, min_iters: 2}", "optim.lr: [1e-6, 1e-2, 1e-5, 1e-4]");
        assertThat(sweep()).as(program.err()).isZero();
        assertThat(started).containsExactly("run-001 to 2", "run-002 to 2", "run-003 to 2", "run-004 to 2",
                "run-002 to 4", "run-004 to 4", "run-002 to 8");
        JsonNode runs = json().path("runs");
        assertThat(states(runs)).containsExactly("dropped", "finished", "dropped", "dropped");
        assertThat(runs.findValuesAsText("step")).containsExactly("2", "8", "2", "4");
        assertThat(program.out()).contains("best: run-002 with optim.lr=1e-2");
        assertThat(program.run(directory.resolve("small.yaml").toString(), "--optim.lr=1e-2", "--no-probe",
                "--run.out=" + directory.resolve("plain"))).isZero();
        for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
            assertThat(sweep.resolve("run-002/step-00000008").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("plain/step-00000008").resolve(file));
        }
        assertThat(evaluations(sweep.resolve("run-002"))).isEqualTo(evaluations(directory.resolve("plain")));
        program.clear();
        assertThat(program.run("report", sweep.resolve("run-001").toString(), sweep.resolve("run-002").toString()))
                .as(program.err()).isZero();
        assertThat(program.out()).contains("run-001", "run-002");
    }

    @Test
    void oneThatFailsCostsNoOtherAndIsTriedAgainOnlyWhenAskedFor() throws IOException {
        write("method: list", "", "optim.lr: [1e-3, 1e-2, 1e-4]");
        isKilled = words -> words.get(0).contains("run-002");
        assertThat(sweep()).as(program.err()).isZero();
        assertThat(states(json().path("runs"))).containsExactly("finished", "failed", "finished");
        assertThat(program.out()).contains("run-002 failed: killed (signal 9), often for want of memory");
        isKilled = words -> false;
        started.clear();
        assertThat(sweep()).isZero();
        assertThat(started).isEmpty();
        assertThat(sweep("--retry")).isZero();
        assertThat(started).containsExactly("run-002 to 8");
        assertThat(states(json().path("runs"))).containsOnly("finished");
    }

    @Test
    void theReasonOfAFailureIsTheLastErrorThatTheTrainingWrote() throws IOException {
        write("method: list", "", "optim.lr: [1e-3, 1e30]\n  optim.grad_clip: 0");
        assertThat(sweep()).as(program.err()).isZero();
        assertThat(json().path("runs").get(1).path("state").asText()).isEqualTo("failed");
        assertThat(json().path("runs").get(1).path("reason").asText()).contains("step ");
        assertThat(program.out()).containsPattern("run-002 failed: .*step .*run-002.log");
    }

    @Test
    void aSweepThatIsStoppedGoesOnWhereItStopped() throws IOException {
        write("method: list", "halving: {eta: 2, min_iters: 4}", "optim.lr: [1e-3, 1e-2]");
        isKilled = words -> {
            if (started.size() == 2) {
                shutdown.request(SIGINT);
            }
            return false;
        };
        assertThat(sweep()).isEqualTo(130);
        assertThat(program.out()).contains("stopped; the same command goes on");
        assertThat(states(json().path("runs"))).containsExactly("paused", "paused");
        program = program(new Shutdown(code -> { }));
        isKilled = words -> false;
        assertThat(sweep()).as(program.err()).isZero();
        assertThat(started).containsExactly("run-001 to 4", "run-002 to 4", "run-002 to 4", "run-002 to 8");
        assertThat(states(json().path("runs"))).containsExactly("dropped", "finished");
    }

    @Test
    void moreValuesGoOnAndOtherValuesOrAnotherConfigAreRefused() throws IOException {
        write("method: list", "", "optim.lr: [1e-3, 1e-2]");
        assertThat(sweep()).isZero();
        started.clear();
        write("method: list", "", "optim.lr: [1e-3, 1e-2, 1e-4]");
        assertThat(sweep()).isZero();
        assertThat(started).containsExactly("run-003 to 8");
        program.clear();
        assertThat(sweep("--model.n_embd=16")).isEqualTo(2);
        assertThat(program.err()).contains("model.n_embd: found 16, but the sweep began with 8; set it back, or");
        write("method: list", "", "optim.lr: [1e-3, 2e-2, 1e-4]");
        program.clear();
        assertThat(sweep()).isEqualTo(2);
        assertThat(program.err()).contains("run-002: found {optim.lr=2e-2}, but the sweep began with {optim.lr=1e-2}");
    }

    @Test
    void everyValueIsCheckedBeforeAnythingStarts() throws IOException {
        write("method: grid", "halving: {min_iters: 9}", "train.batch_size: [1, 0]\n  model.n_head: [2, 3]");
        assertThat(sweep()).isEqualTo(2);
        assertThat(program.err().lines()).hasSize(2)
                .anyMatch(line -> line.matches("error: .*try.yaml:6: train.batch_size: found 0, expected .*"))
                .anyMatch(line -> line.matches("error: .*small.yaml:2: model.n_embd: found 8, which 3 heads .*"));
        write("method: grid", "halving: {min_iters: 9}", "optim.lr: [1e-3, 1e-2]");
        program.clear();
        assertThat(sweep()).isEqualTo(2);
        assertThat(program.err())
                .contains("halving.min_iters: found 9, expected less than train.max_iters, which is 8");
        program.clear();
        assertThat(sweep("--optim.lr=3")).isEqualTo(2);
        assertThat(program.err()).contains("--optim.lr: found beside the key in");
        assertThat(sweep).doesNotExist();
        Files.createDirectories(sweep.resolve("step-00000004"));
        program.clear();
        write("method: grid", "", "optim.lr: [1e-3, 1e-2]");
        assertThat(sweep()).isEqualTo(2);
        assertThat(program.err()).contains("already holds a run, at step 4; give the sweep another name");
        assertThat(started).isEmpty();
    }

    @Test
    void aDryRunShowsRunsAndStepsAndWritesNothing() throws IOException {
        write("method: grid", "halving: {eta: 2, min_iters: 2}", "optim.lr: [1e-3, 1e-2]\n  model.bias: [true, false]");
        assertThat(sweep("--dry-run")).isZero();
        assertThat(program.out()).contains("run-004", "4 runs: 4 to step 2, 2 to step 4, 1 to step 8; 16 steps in all,"
                + " of 32 without halving");
        program.clear();
        assertThat(sweep("--dry-run", "--json")).isZero();
        assertThat(Json.MAPPER.readTree(program.out()).path("steps").asInt()).isEqualTo(16);
        assertThat(sweep).doesNotExist();
    }

    @Test
    void trainingsSideBySideShareTheThreadsAndJsonIsOneObject() throws IOException {
        write("method: list", "parallel: 2", "optim.lr: [1e-3, 1e-2, 1e-4]");
        assertThat(sweep("--threads=4", "--json")).as(program.err()).isZero();
        assertThat(started).hasSize(3);
        assertThat(Json.MAPPER.readTree(program.out()).path("runs")).hasSize(3);
        assertThat(Files.readString(sweep.resolve("run-001.log"))).contains("--threads=2");
    }

    private void write(String method, String more, String keys) throws IOException {
        Files.writeString(directory.resolve("try.yaml"), "config: " + directory.resolve("small.yaml") + "\nout: "
                + sweep + "\n" + method + "\n" + more + "\nkeys:\n  " + keys + "\n");
    }

    private int sweep(String... more) {
        List<String> words = new ArrayList<>(List.of("sweep", directory.resolve("try.yaml").toString()));
        words.addAll(List.of(more));
        return program.run(words.toArray(String[]::new));
    }

    private Program program(Shutdown signals) {
        Program made = new Program(directory.resolve("sets"));
        made.signals = () -> signals;
        made.children = children(signals);
        return made;
    }

    private Context.Children children(Shutdown signals) {
        return (words, share, output) -> {
            synchronized (started) {
                started.add(Path.of(words.get(0)).getFileName().toString().replace(".yaml", "") + " to "
                        + words.get(2).replace("--stop-at=", ""));
                if (isKilled.test(words)) {
                    return new Ended(137);
                }
                Program child = new Program(directory.resolve("sets"));
                child.signals = () -> signals;
                int code = child.run(words.toArray(String[]::new));
                Files.writeString(output, child.out() + child.err() + words);
                return new Ended(code);
            }
        };
    }

    private JsonNode json() throws IOException {
        return Json.MAPPER.readTree(Files.readString(sweep.resolve("sweep.json")));
    }

    private static List<String> states(JsonNode runs) {
        return runs.findValuesAsText("state");
    }

    private static List<String> evaluations(Path run) throws IOException {
        try (Stream<String> lines = Files.lines(run.resolve("metrics.jsonl"))) {
            return lines.filter(line -> line.contains("val_loss")).toList();
        }
    }

    /** A process that has done its work. */
    private static final class Ended extends Process {

        private final int code;

        Ended(int code) {
            this.code = code;
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public InputStream getInputStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public InputStream getErrorStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public int waitFor() {
            return code;
        }

        @Override
        public int exitValue() {
            return code;
        }

        @Override
        public void destroy() {
            // It has ended.
        }
    }
}
