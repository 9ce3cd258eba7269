package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code plan} says, and what the training then does. */
class PlanCommandTest {

    private static final int CHARACTERS = 4000;

    @TempDir
    Path directory;
    private Path config;
    private Path run;

    @BeforeEach
    void writeConfig() throws IOException {
        config = directory.resolve("small.yaml");
        run = directory.resolve("run");
        Files.writeString(directory.resolve("text.txt"), "abcdefgh ".repeat(CHARACTERS).substring(0, CHARACTERS));
        Files.writeString(config, """
                data: {path: '%s'}
                model: {n_layer: 2, n_head: 2, n_embd: 32, block_size: 16}
                train: {batch_size: 4, max_iters: 12, eval_interval: 5, eval_iters: 2, checkpoint_interval: 5, keep: 2,
                        sample_chars: 20}
                run: {out: '%s'}
                """.formatted(directory.resolve("text.txt"), run));
    }

    private JsonNode plan(String... more) throws IOException {
        Program program = new Program(directory.resolve("sets"));
        String[] args = Stream.concat(Stream.of("plan", config.toString(), "--json"), Stream.of(more))
                .toArray(String[]::new);
        assertThat(program.run(args)).as(program.err()).isZero();
        return Json.MAPPER.readTree(program.out());
    }

    @Test
    void countsFollowFromTheConfigAndTheText() throws IOException {
        JsonNode plan = plan("--no-probe", "--train.grad_accum=2");

        assertThat(plan.path("vocabulary").path("size").asInt()).isEqualTo(9);
        assertThat(plan.path("tokens_per_step").asLong()).isEqualTo(4 * 16 * 2);
        assertThat(plan.path("tokens").asLong()).isEqualTo(4 * 16 * 2 * 12);
        assertThat(plan.path("text").path("train").asLong()).isEqualTo(3600);
        assertThat(plan.path("epochs").asDouble()).isEqualTo(4 * 16 * 2 * 12 / 3600.0, within(1e-9));
        assertThat(plan.path("seconds").isNull()).isTrue();
        assertThat(plan.path("warnings")).anySatisfy(w -> assertThat(w.asText()).contains("tokens a parameter"));
    }

    @Test
    void aWarmUpOfTheBatchSizeTakesAsMuchAsItsSequences() throws IOException {
        JsonNode plan = plan("--threads=1", "--train.batch_warmup_iters=6", "--train.batch_warmup_from=2");

        // 2 + 2·t/6 sequences, rounded down to 2, for six steps; then 4.
        assertThat(plan.path("tokens").asLong()).isEqualTo((6 * 2 + 6 * 4) * 16);
        assertThat(plan.path("epochs").asDouble()).isEqualTo(36 * 16 / 3600.0, within(1e-9));
        assertThat(plan.path("flops").asDouble()).isEqualTo(9 * plan.path("flops_per_step").asDouble(), within(1e-3));
        assertThat(plan.path("total_seconds").path("steps").asDouble())
                .isEqualTo(9 * plan.path("seconds").path("step").asDouble(), within(1e-9));
    }

    @Test
    void nothingIsWritten() throws IOException {
        plan();

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("small.yaml",
                    "text.txt");
        }
    }

    @Test
    void timesAddUp() throws IOException {
        JsonNode plan = plan("--threads=1");

        double step = plan.path("seconds").path("step").asDouble();
        assertThat(step).isPositive();
        assertThat(plan.path("total_seconds").path("steps").asDouble()).isEqualTo(12 * step, within(1e-9));
        assertThat(plan.path("total_seconds").path("evaluations").asDouble()).isPositive();
    }

    /** Steps 5, 10 and 12 are saved; the two last are kept, and the best where it is none of them. */
    @Test
    void theRunsDirectoryIsAsLargeAsPlanned() throws IOException {
        JsonNode disk = plan("--no-probe").path("disk_bytes");
        Program training = new Program(directory.resolve("sets"));
        assertThat(training.run(config.toString(), "--no-probe")).as(training.err()).isZero();

        List<Path> checkpoints;
        try (Stream<Path> files = Files.list(run)) {
            checkpoints = files.filter(file -> file.getFileName().toString().startsWith("step-")).toList();
        }
        long written = size(checkpoints.get(0));
        assertThat(disk.path("checkpoint").asLong()).isCloseTo(written, Percentage.withPercentage(5));
        assertThat(disk.path("saves").asLong()).isEqualTo(3);
        assertThat((long) checkpoints.size()).isBetween(disk.path("kept").asLong() - 1, disk.path("kept").asLong());
        assertThat(size(run)).isLessThanOrEqualTo(disk.path("directory").asLong() * 105 / 100);
    }

    @Test
    void aRunThatIsThereIsNamed() throws IOException {
        Files.createDirectories(run.resolve("step-00000005"));

        assertThat(plan("--no-probe").path("warnings"))
                .anySatisfy(w -> assertThat(w.asText()).contains("already holds a run"));
    }

    @Test
    void linesSayItForPeople() {
        Program program = new Program(directory.resolve("sets"));

        assertThat(program.run("plan", config.toString(), "--no-probe")).isZero();
        assertThat(program.out()).contains("12 steps of 64 tokens", "for the process at its peak",
                "text     3,600 + 400 tokens", "a checkpoint, written 3 times");
    }

    @Test
    void anUnknownKeyIsRefused() {
        Program program = new Program(directory.resolve("sets"));

        assertThat(program.run("plan", config.toString(), "--train.max_iter=3")).isEqualTo(Failure.WRONG_INPUT);
        assertThat(program.err()).contains("--train.max_iter");
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).filter(file -> !Files.isSymbolicLink(file))
                    .mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
