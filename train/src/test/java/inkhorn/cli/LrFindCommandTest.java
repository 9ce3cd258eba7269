package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.data.files.Json;
import inkhorn.optim.Optimizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which learning rate a config learns with. */
final class LrFindCommandTest {

    @TempDir
    Path directory;

    private Program program;

    @BeforeEach
    void writeConfigAndText() throws IOException {
        program = new Program(directory.resolve("sets"));
        Path text = Files.writeString(directory.resolve("text.txt"),
                "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        Files.writeString(directory.resolve("small.yaml"), """
                run: {out: %s}
                data: {path: %s}
                model: {n_layer: 1, n_head: 2, n_embd: 16, block_size: 16, dropout: 0.1}
                train: {max_iters: 8, batch_size: 4, eval_interval: 2, checkpoint_interval: 2, patience: 1}
                optim: {warmup_iters: 4, lr_decay_iters: 8}
                """.formatted(directory.resolve("run"), text));
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @ParameterizedTest
    @EnumSource(Optimizers.class)
    void eachOptimizersLossFallsAndThenRisesAndASuggestionLiesBetween(Optimizers optimizer) throws IOException {
        assertThat(find("--json", "--max=10", "--optim.optimizer=" + optimizer.name().toLowerCase(Locale.ROOT)))
                .as(program.err()).isZero();
        JsonNode found = Json.MAPPER.readTree(program.out());
        double steepest = found.path("steepest").asDouble();
        double minimum = found.path("minimum").asDouble();
        assertThat(steepest).isBetween(1e-5, 1.0).isLessThan(minimum);
        assertThat(found.path("minimum_tenth").asDouble()).isCloseTo(minimum / 10, Offset.offset(1e-12));
        JsonNode points = found.path("points");
        assertThat(points.get(0).path("lr").asDouble()).isEqualTo(1e-6);
        assertThat(points.get(1).path("lr").asDouble() / points.get(0).path("lr").asDouble())
                .isCloseTo(Math.pow(1e7, 1 / 199.0), Offset.offset(1e-9));
        assertThat(Files.exists(directory.resolve("run"))).isFalse();
    }

    @Test
    void aTestThatDivergesEndsBeforeItsLastStep() throws IOException {
        assertThat(find("--json", "--max=1e6", "--steps=300", "--optim.grad_clip=0")).as(program.err()).isZero();
        JsonNode found = Json.MAPPER.readTree(program.out());
        assertThat(found.path("diverged").asBoolean()).isTrue();
        assertThat(found.path("points").size()).isLessThan(300);
    }

    @Test
    void aPictureAndLinesForPeopleAreThere() throws IOException {
        Path picture = directory.resolve("lr.svg");
        assertThat(find("--svg=" + picture)).as(program.err()).isZero();
        assertThat(program.out()).contains("smoothed loss against the learning rate, adamw",
                "the loss falls fastest at", "a tenth of which is --optim.lr=");
        assertThat(Files.readString(picture)).startsWith("<svg").contains(">1e-6<", ">1e-3<", "minimum / 10");
        program.clear();
        assertThat(find("--csv", "--steps=20")).isZero();
        assertThat(program.out()).startsWith("step,lr,loss,smoothed\n1,").hasLineCount(21);
    }

    @Test
    void ratesSoLowThatNothingIsLearnedGiveNoSuggestion() throws IOException {
        assertThat(find("--min=1e-12", "--max=1e-11", "--steps=20")).isZero();
        assertThat(program.out()).contains("no suggestion: the loss did not fall");
    }

    @Test
    void wrongOptionsAndConfigsAreRefusedInOneLine() {
        assertThat(find("--min=1e-3", "--max=1e-4")).isEqualTo(2);
        assertThat(program.err()).isEqualTo("error: --max: found 1e-4, expected a number above --min, which is 1e-3\n");
        program.clear();
        assertThat(find("--optim.beta1=2")).isEqualTo(2);
        assertThat(program.err()).startsWith("error: --optim.beta1: found 2.0, expected").hasLineCount(1);
    }

    private int find(String... more) {
        List<String> words = new ArrayList<>(List.of("lr-find", directory.resolve("small.yaml").toString()));
        words.addAll(List.of(more));
        return program.run(words.toArray(String[]::new));
    }
}
