package inkhorn.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sweep's file says. */
final class SweepSpecTest {

    @TempDir
    Path directory;

    @Test
    void aGridHasEachValueWithEachAsTheyAreWritten() throws IOException {
        SweepSpec spec = read("""
                config: a.yaml
                keys:
                  optim.lr: [1e-3, 0.0020]
                  train.freeze: [[a, b], c]
                  model.activation: gelu
                """);
        assertThat(spec.combinations()).containsExactly(
                Map.of("optim.lr", "1e-3", "train.freeze", "a,b", "model.activation", "gelu"),
                Map.of("optim.lr", "1e-3", "train.freeze", "c", "model.activation", "gelu"),
                Map.of("optim.lr", "0.0020", "train.freeze", "a,b", "model.activation", "gelu"),
                Map.of("optim.lr", "0.0020", "train.freeze", "c", "model.activation", "gelu"));
        assertThat(spec.name()).isEqualTo("try");
        assertThat(spec.out()).isEqualTo(Path.of("checkpoints/try"));
        assertThat(spec.halving()).isNull();
    }

    @Test
    void aListHasTheFirstValuesThenTheSecond() throws IOException {
        assertThat(read("""
                config: a.yaml
                method: list
                keys: {optim.lr: [1, 2], model.n_layer: [3, 3], run.seed: 7}
                """).combinations()).containsExactly(
                Map.of("optim.lr", "1", "model.n_layer", "3", "run.seed", "7"),
                Map.of("optim.lr", "2", "model.n_layer", "3", "run.seed", "7"));
        assertThatThrownBy(() -> read("""
                config: a.yaml
                method: list
                keys:
                  optim.lr: [1, 2, 3]
                  model.n_layer: [3, 4]
                """).combinations()).hasMessage(directory.resolve("try.yaml") + ":5: model.n_layer: found 2 values,"
                + " expected 3 as other keys have, or one for all runs");
    }

    @Test
    void drawnValuesFollowFromTheSeedAndMoreRunsBeginWithThoseOfFewer() throws IOException {
        List<Map<String, String>> few = random(20, 5).combinations();
        assertThat(random(50, 5).combinations()).hasSize(50).startsWith(few.toArray(Map[]::new));
        assertThat(random(20, 6).combinations()).isNotEqualTo(few);
        assertThat(few).doesNotHaveDuplicates();
    }

    @Test
    void drawnValuesLieInTheirRangesAndLogarithmsEvenly() throws IOException {
        List<Map<String, String>> drawn = random(400, 1).combinations();
        assertThat(drawn).allSatisfy(values -> {
            assertThat(Double.parseDouble(values.get("optim.lr"))).isBetween(1e-4, 1e-2);
            assertThat(values.get("optim.lr").replaceAll("E.*|[.]|^0[.]0*", "").length()).isLessThanOrEqualTo(6);
            assertThat(values.get("model.n_layer")).matches("[1-8]");
            assertThat(values.get("model.activation")).isIn("gelu", "relu2");
        });
        assertThat(drawn.stream().filter(values -> Double.parseDouble(values.get("optim.lr")) < 1e-3).count())
                .as("half of them below the geometric mean").isBetween(160L, 240L);
        assertThat(drawn.stream().map(values -> values.get("model.n_layer")).distinct()).hasSize(8);
    }

    @Test
    void moreRunsThanThereAreCombinationsAreRefused() {
        assertThatThrownBy(() -> read("""
                config: a.yaml
                method: random
                runs: 5
                keys: {model.n_layer: [1, 2], model.bias: [true, false]}
                """).combinations()).hasMessageContaining("runs: found 5, but the keys have only 4 different");
    }

    @Test
    void everythingWrongIsSaidAtOnceWithItsLine() {
        Path file = directory.resolve("try.yaml");
        assertThatThrownBy(() -> read("""
                methods: grid
                method: bayes
                runs: 3
                parallel: 0
                halving: {eta: 1, min_iter: 5}
                keys:
                  optim.lrr: [1]
                  run.out: [a, b]
                  optim.lr: {min: 1, max: 2}
                  model.n_layer: []
                  model.n_head: [2, 2]
                """)).isInstanceOfSatisfying(UserError.class, e -> assertThat(e.lines()).containsExactlyInAnyOrder(
                file + ":1: methods: unknown key; did you mean method?",
                file + ": config: found nothing, expected the config that is varied, such as"
                + " configs/shakespeare-char-tiny.yaml",
                file + ":2: method: found bayes, expected grid or list or random",
                file + ":3: runs: has no effect with method: grid, which draws nothing; leave it out, or set method:"
                + " random",
                file + ":4: parallel: found 0, expected a whole number from 1 to 1024",
                file + ":5: halving.min_iter: unknown key; did you mean min_iters?",
                file + ":5: halving.min_iters: found nothing, expected the steps after which the first runs end",
                file + ":5: halving.eta: found 1, expected a whole number from 2 to 100",
                file + ":7: optim.lrr: unknown key; did you mean optim.lr?",
                file + ":8: run.out: a sweep names its runs and their directories itself; leave the key out",
                file + ":9: optim.lr: found a group of keys, expected a list of values with method: grid; {min, max,"
                + " scale} are for method: random",
                file + ":10: model.n_layer: found an empty list, expected values",
                file + ":11: model.n_head: found a value twice in 2, 2; keep one"));
    }

    @Test
    void rangesAreCheckedWithTheirScale() {
        assertThatThrownBy(() -> read("""
                config: a.yaml
                method: random
                runs: 2
                keys:
                  optim.lr: {min: 0, max: 1, scale: log}
                  optim.beta2: {min: 0.9, max: 0.5}
                  model.n_layer: {min: 1.5, max: 4}
                  model.bias: {min: 0, max: 1}
                  train.batch_size: {min: 1, max: x, scale: exp}
                """)).isInstanceOfSatisfying(UserError.class, e -> assertThat(e.lines())
                .anyMatch(line -> line.endsWith(":5: optim.lr.min: found 0, expected a number > 0 with scale: log"))
                .anyMatch(line -> line.endsWith(":6: optim.beta2: found min 0.9 and max 0.5, expected min below max"))
                .anyMatch(line -> line.endsWith("model.n_layer: found min 1.5 and max 4, expected whole numbers"))
                .anyMatch(line -> line.endsWith("model.bias: found a range of a key that is no number; give a list of"
                        + " its values"))
                .anyMatch(line -> line.endsWith("train.batch_size.max: found x, expected a number"))
                .anyMatch(line -> line.endsWith("train.batch_size.scale: found exp, expected log or linear"))
                .hasSize(6));
    }

    private SweepSpec random(int runs, long seed) throws IOException {
        return read("""
                config: a.yaml
                method: random
                runs: %d
                seed: %d
                keys:
                  optim.lr: {min: 1e-4, max: 1e-2, scale: log}
                  model.n_layer: {min: 1, max: 8}
                  model.activation: [gelu, relu2]
                """.formatted(runs, seed));
    }

    private SweepSpec read(String text) throws IOException {
        return SweepSpec.read(Files.writeString(directory.resolve("try.yaml"), text));
    }
}
