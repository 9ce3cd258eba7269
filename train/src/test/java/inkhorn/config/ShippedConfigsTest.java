package inkhorn.config;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.nn.Activation;
import inkhorn.nn.GptConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files in {@code configs/}. */
class ShippedConfigsTest {
    private static final Path CONFIGS = Path.of(Files.isDirectory(Path.of("configs")) ? "configs" : "../configs");

    @Test
    void eachIsAConfigThatSaysOfEveryKeyWhy() throws IOException {
        try (Stream<Path> files = Files.list(CONFIGS)) {
            List<Path> configs = files.toList();
            assertThat(configs).hasSizeGreaterThan(9).allSatisfy(file -> {
                assertThat(ConfigLoader.load(file)).isNotNull();
                assertThat(Files.readAllLines(file)).as("%s: lines with a value", file)
                        .filteredOn(line -> line.matches("  \\w+: .*")).allMatch(line -> line.contains("  # "));
            });
        }
    }

    /** Sizes and learning rates of table 2 of Radford et al. (2019) and table 2.1 of Brown et al. (2020). */
    @ParameterizedTest
    @CsvSource({"gpt2, 12, 12, 768, 124439808, 6e-4", "gpt2-medium, 24, 16, 1024, 354823168, 3e-4",
        "gpt2-large, 36, 20, 1280, 774030080, 2.5e-4", "gpt2-xl, 48, 25, 1600, 1557611200, 2e-4"})
    void gpt2HasItsPublishedSizes(String name, int layers, int heads, int channels, long parameters, double lr) {
        RunConfig config = ConfigLoader.load(CONFIGS.resolve(name + ".yaml"));
        GptConfig gpt = config.model().gpt();
        assertThat(gpt).isEqualTo(GptConfig.defaults().withNLayer(layers).withNHead(1).withNEmbd(channels)
                .withNHead(heads).withBlockSize(1024).withBias(true).withActivation(Activation.GELU_TANH)
                .withDropout(0.1).withVocabSize(gpt.vocabSize()));
        assertThat(config.data().tokenizer()).isEqualTo("gpt2");
        assertThat(config.optim().lr()).isEqualTo(lr);
        try (Scope shapes = Scope.openOnShapes()) {
            assertThat(config.model().create(50_257, new Rng(0)).parameterCount()).isEqualTo(parameters);
        }
        assertThat(config.train().batchSize() * config.train().gradAccum()).isEqualTo(32);
    }
}
