package inkhorn.config;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.nn.config.Records;
import inkhorn.optim.Hyperparameters;
import inkhorn.optim.Optimizers;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IneffectiveKeysTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "model: {type: bigram, n_layer: 6, bias: false} | model.n_layer, model.bias: have no effect with model.type"
                + " bigram",
        "model: {n_layer: 1, value_residual: true} | model.value_residual: has no effect with model.n_layer 1",
        "model: {n_layer: 1, drop_path: 0.1} | model.drop_path: has no effect with model.n_layer 1",
        "optim: {schedule: constant, min_lr: 1e-4} | optim.min_lr: has no effect with optim.schedule constant",
        "optim: {schedule: constant, lr_decay_iters: 10} | optim.lr_decay_iters: has no effect with optim.schedule"
        + " constant",
        "optim: {cooldown_iters: 10} | optim.cooldown_iters: has no effect with optim.schedule other than wsd",
        "optim: {warmup_iters: 5000, schedule: linear, min_lr: 0} | optim.schedule, optim.min_lr: have no effect with"
        + " optim.warmup_iters",
        "train: {batch_warmup_from: 2} | train.batch_warmup_from: has no effect with train.batch_warmup_iters 0",
        "train: {eval_interval: 0, eval_iters: 7} | train.eval_iters: has no effect with train.eval_interval 0",
        "train: {eval_interval: 0, sample_chars: 7} | train.sample_chars: has no effect with train.eval_interval 0",
        "data: {dir: x, dataset: mine} | data.dataset: has no effect with data.dir",
        "data: {dir: x, vocab_size: 300} | data.vocab_size: has no effect with data.dir"})
    void aKeyWithoutEffectIsNotedWithWhatTakesItAway(String yaml, String note) throws IOException {
        assertThat(notes(yaml, Map.of())).singleElement().asString().startsWith(note);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model: {type: bigram, block_size: 8}", "optim: {schedule: constant, warmup_iters: 5}",
        "train: {eval_interval: 0}",
        "model: {n_layer: 2}", "data: {dir: x, tokenizer: bpe, vocab_size: 300}", "data: {dir: x, val_fraction: 0.1}",
        "optim: {schedule: wsd, min_lr: 0, lr_decay_iters: 900, cooldown_iters: 800}", "data: {dataset: mine, path: x}",
        "data: {dir: x, vocab_size: }"})
    void keysThatCountAndDefaultsAreNotNoted(String yaml) throws IOException {
        assertThat(notes(yaml, Map.of())).isEmpty();
    }

    @Test
    void theCommandLineCountsAsTheFileDoes() throws IOException {
        assertThat(notes("model: {n_layer: 2}", Map.of("model.type", "bigram", "model.n_head", "3")))
                .singleElement().asString()
                .startsWith("model.n_layer, model.n_head: have no effect with model.type bigram");
        assertThat(notes("data: {dir: x, dataset: mine}", Map.of("data.dir", ""))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void whatAnOptimizerReadsAreKeysAndTheRestHasNoEffectWithIt(Optimizers optimizer) throws IOException {
        assertThat(optimizer.hyperparameters())
                .allSatisfy(name -> assertThat(ConfigKeys.names()).contains("optim." + name));
        for (RecordComponent component : Hyperparameters.class.getRecordComponents()) {
            String name = Records.key(component.getName());
            String yaml = "optim: {optimizer: " + Records.word(optimizer) + ", " + name + ": 0.5}";
            List<String> notes = notes(yaml, Map.of());
            if (optimizer.hyperparameters().contains(name)) {
                assertThat(notes).isEmpty();
            } else {
                assertThat(notes).singleElement().asString().startsWith(
                        "optim." + name + ": has no effect with optim.optimizer " + Records.word(optimizer));
            }
        }
    }

    @Test
    void everyKeyOfTheTableIsOneOfTheConfigs() {
        assertThat(IneffectiveKeys.RULES).flatExtracting(IneffectiveKeys.Rule::keys).isNotEmpty()
                .isSubsetOf(ConfigKeys.names());
    }

    @Test
    void noShippedConfigHasAKeyWithoutEffect() throws IOException {
        try (var configs = Files.list(Path.of("..", "configs"))) {
            for (Path config : configs.filter(file -> file.toString().endsWith(".yaml")).toList()) {
                List<String> notes = new ArrayList<>();
                ConfigLoader.load(config, Map.of(), Inherited.NOTHING, notes::add);
                assertThat(notes).as(config.toString()).isEmpty();
            }
        }
    }

    private List<String> notes(String yaml, Map<String, String> overrides) throws IOException {
        List<String> notes = new ArrayList<>();
        ConfigLoader.load(Files.writeString(directory.resolve("a.yaml"), yaml + "\n"), overrides, Inherited.NOTHING,
                notes::add);
        return notes;
    }
}
