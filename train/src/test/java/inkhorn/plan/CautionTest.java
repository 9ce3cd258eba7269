package inkhorn.plan;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that nothing speaks against, and each thing that may. */
class CautionTest {

    private static final Caution.Resources PLENTY = new Caution.Resources(1L << 40, 1L << 41, 1L << 42, false);
    private static final TextSize TEXT = new TextSize(1_000_000, 100_000, 1, 0, "a text", false);
    private static final int VOCABULARY = 65;

    @TempDir
    Path directory;

    private RunConfig config(Map<String, String> keys) {
        Path file = directory.resolve("small.yaml");
        try {
            Files.writeString(file, """
                    model: {n_layer: 2, n_head: 2, n_embd: 64, block_size: 64}
                    train: {batch_size: 32, max_iters: 1000}
                    """);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return ConfigLoader.load(file, keys);
    }

    private List<String> cautions(Map<String, String> keys, TextSize text, Caution.Resources resources) {
        RunConfig config = config(keys);
        return Caution.of(config, TrainingPlan.of(config, VOCABULARY, text, false), resources);
    }

    @Test
    void nothingIsSaidOfAUsualRun() {
        assertThat(cautions(Map.of(), TEXT, PLENTY)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "train.max_iters|20|tokens a parameter",
        "train.max_iters|20000|The text is read 41 times",
        "optim.warmup_iters|1000|optim.warmup_iters is 1,000 and the run has 1,000 steps",
        "optim.lr|0.02|training may diverge",
        "optim.lr|0.00005|training is slow",
        "model.block_size|150000|model.block_size is 150,000"})
    void whatHardlyLearnsIsNamed(String key, String value, String said) {
        assertThat(cautions(Map.of(key, value, "optim.schedule", "constant"), TEXT, PLENTY))
                .anySatisfy(caution -> assertThat(caution).contains(said));
    }

    @Test
    void aVocabularyThatTheTextDoesNotFillIsNamed() {
        TextSize small = new TextSize(5000, 500, 1, 40, "a text", false);

        assertThat(cautions(Map.of(), small, PLENTY))
                .anySatisfy(caution -> assertThat(caution).contains("finds 40 of 65 tokens"))
                .anySatisfy(caution -> assertThat(caution).contains("77 examples of each"));
    }

    @Test
    void lionsUsualRateIsLower() {
        assertThat(cautions(Map.of("optim.optimizer", "lion", "optim.lr", "0.003"), TEXT, PLENTY))
                .anySatisfy(caution -> assertThat(caution).contains("training may diverge"));
    }

    @Test
    void whatDoesNotFitComesFirst() {
        Caution.Resources little = new Caution.Resources(8 << 20, 16 << 20, 1 << 20, true);

        List<String> said = cautions(Map.of("optim.lr", "0.02"), TEXT, little);

        assertThat(said.get(0)).contains("Java's heap may grow to 8 MiB", "java -Xmx1g");
        assertThat(said.get(1)).contains("the machine has 16 MiB");
        assertThat(said.get(2)).contains("1 MiB are free");
        assertThat(said.get(3)).contains("already holds a run", "--resume");
        assertThat(said.get(4)).contains("training may diverge");
    }
}
