package inkhorn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.config.ConfigException;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.nn.LanguageModel;
import inkhorn.nn.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsTest {

    private static final String MODEL = "model: {n_layer: 2, n_head: 2, n_embd: 8, block_size: 8}\n";

    @TempDir
    private Path directory;

    /** With a gradient of 0 a step moves a weight by the decay alone; the first group that matches counts. */
    @Test
    void groupsOfAConfigAreThoseOfTheOptimizer() throws IOException {
        RunConfig config = config("optim:\n  weight_decay: 0.1\n  groups:\n    - {params: '*.h.?.attn.*',"
                + " weight_decay: 0.2, lr_scale: 0.5}\n    - params=transformer.h.0.* weight_decay=0.4\n", Map.of());
        assertThat(kept(config, "transformer.h.1.attn.c_attn.weight")).isEqualTo(1 - 0.1f * 0.5f * 0.2f);
        assertThat(kept(config, "transformer.h.0.attn.c_attn.weight")).isEqualTo(1 - 0.1f * 0.5f * 0.2f);
        assertThat(kept(config, "transformer.h.0.mlp.c_fc.weight")).isEqualTo(1 - 0.1f * 0.4f);
        assertThat(kept(config, "transformer.h.0.ln_1.weight")).isEqualTo(1 - 0.1f * 0.4f);
        assertThat(kept(config, "transformer.h.1.mlp.c_fc.weight")).isEqualTo(1 - 0.1f * 0.1f);
        assertThat(kept(config, "transformer.ln_f.weight")).isEqualTo(1);
        RunConfig asWritten = ConfigLoader.load(Files.writeString(directory.resolve("w.yaml"), config.toYaml()));
        assertThat(asWritten.optim()).isEqualTo(config.optim());
        assertThat(config("", Map.of("optim.weight_decay", "0.1", "optim.groups", "params=*.h.?.attn.* weight_decay=0.2"
                + " lr_scale=0.5, params=transformer.h.0.* weight_decay=0.4")).optim().groupSpecs())
                .isEqualTo(config.optim().groupSpecs());
    }

    @Test
    void aGroupOfNoTrainedParameterIsRefusedInOneLine() throws IOException {
        RunConfig config = config("optim: {groups: [params=*.wte.* lr_scale=0.5]}\n",
                Map.of("train.freeze", "*.wte.*"));
        assertThatThrownBy(() -> Models.trainable(Models.create(config.model(), 5, 1), config))
                .isInstanceOf(UserError.class).message().hasLineCount(1)
                .startsWith("optim.groups: no trained parameter matches *.wte.*; names are transformer.wpe.weight,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'*.wte.*'", "params=a", "lr_scale=2", "params=a lr_scale=-1", "params=a weight_decay=-1",
        "params=a lr_scale=x", "params=a lr_scale=1 lr_scale=2", "params=a lr=1", "{params: a, lr_scale: [1]}"})
    void anEntryThatIsNoGroupIsRefusedInOneLine(String entry) {
        assertThatThrownBy(() -> config("optim:\n  groups:\n    - " + entry + "\n", Map.of()))
                .isInstanceOf(ConfigException.class).message().hasLineCount(1).contains("optim.groups: found ",
                        "expected ");
    }

    /** The share of a weight of 1 that is left after a step with learning rate 0.1. */
    private static float kept(RunConfig config, String name) {
        LanguageModel model = Models.create(config.model(), 5, 1);
        Parameter parameter = model.namedParameters().stream().filter(p -> p.name().equals(name)).findFirst()
                .orElseThrow();
        parameter.tensor().data()[0] = 1;
        parameter.tensor().gradSlot();
        Models.optimizer(model, config.optim()).step(0.1, 1);
        return parameter.tensor().data()[0];
    }

    private RunConfig config(String yaml, Map<String, String> overrides) throws IOException {
        return ConfigLoader.load(Files.writeString(directory.resolve("a.yaml"), MODEL + yaml), overrides);
    }
}
