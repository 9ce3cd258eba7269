package inkhorn.config;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.data.source.DataFormat;
import inkhorn.nn.Activation;
import inkhorn.nn.config.Records;
import inkhorn.nn.lora.LoraConfig;
import inkhorn.optim.Hyperparameters;
import inkhorn.optim.Optimizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigLoaderTest {

    private static final Path TOP = Files.isDirectory(Path.of("configs")) ? Path.of("") : Path.of("..");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"1e-3", "1E-3", "1.0e-3", "0.001", ".001", "+1e-3", "1_0e-4", "1.e-3"})
    void everyUsualSpellingOfANumberIsOne(String written) {
        assertThat(parse("optim:\n  lr: " + written + "\n").optim().lr()).isEqualTo(0.001);
    }

    @Test
    void aWholeNumberWillDoForADecimalOne() {
        assertThat(parse("optim:\n  grad_clip: 2\n").optim().gradClip()).isEqualTo(2.0);
    }

    @Test
    void underscoresMaySeparateThousands() {
        assertThat(parse("train:\n  max_iters: 10_000\n").train().maxIters()).isEqualTo(10_000);
    }

    @Test
    void aNameMayLookLikeANumber() {
        assertThat(parse("run:\n  name: 2026\n").run().name()).isEqualTo("2026");
    }

    @Test
    void defaultsThatFollowFromOtherKeysAreResolved() {
        RunConfig config = ConfigLoader.parse("configs/shake.speare.yaml",
                "train:\n  max_iters: 170\noptim:\n  lr: 2e-3\n", Map.of());
        assertThat(config.run().name()).isEqualTo("shake.speare");
        assertThat(config.run().out()).isEqualTo("checkpoints/shake.speare");
        assertThat(config.optim().minLr()).isEqualTo(2e-4);
        assertThat(config.optim().lrDecayIters()).isEqualTo(170);
    }

    @Test
    void aRunThatEndsWithinItsWarmUpDecaysFromThereOn() {
        assertThat(parse("train:\n  max_iters: 70\n").optim().lrDecayIters()).isEqualTo(100);
    }

    @Test
    void anEmptySectionHasItsDefaults() {
        assertThat(parse("train:\nmodel: {}\n")).isEqualTo(parse("run: {}"));
    }

    @Test
    void anOverrideWinsOverTheFileAndTheDefault() {
        RunConfig config = ConfigLoader.parse("my.yaml", "train:\n  max_iters: 10\n",
                Map.of("train.max_iters", "200", "optim.lr", "5e-4", "data.path", "my text.txt",
                "model.activation", "relu"));
        assertThat(config.train().maxIters()).isEqualTo(200);
        assertThat(config.optim().lr()).isEqualTo(5e-4);
        assertThat(config.data().path()).isEqualTo("my text.txt");
        assertThat(config.model().gpt().activation()).isEqualTo(Activation.RELU);
    }

    @Test
    void anOverrideMendsAFileThatIsWrongThere() {
        assertThat(ConfigLoader.parse("my.yaml", "train:\n  max_iters: x\n", Map.of("train.max_iters", "2")).train()
                .maxIters()).isEqualTo(2);
    }

    @Test
    void anEmptyOverrideTakesAnOptionalValueBack() {
        assertThat(ConfigLoader.parse("my.yaml", "data:\n  path: a.txt\n", Map.of("data.path", "")).data().path())
                .isNull();
    }

    @Test
    void preparedDataBringTheirOwnTokenizerAndSplit() {
        DataConfig data = ConfigLoader.parse("my.yaml", "train: {}", Map.of("data.dir", "prepared/my books")).data();
        assertThat(data).isEqualTo(new DataConfig("my-books", null, "prepared/my books", null, null, null, null));
        assertThat(data.tokenizerSpec()).isEmpty();
        DataConfig text = ConfigLoader.parse("my.yaml", "train: {}", Map.of()).data();
        assertThat(text).isEqualTo(new DataConfig("tiny-shakespeare", null, null, DataFormat.TEXT, "char",
                null, 0.1));
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstKey() throws IOException {
        Path file = Files.writeString(directory.resolve("bom.yaml"), "\uFEFFtrain:\n  keep: 9\n");
        assertThat(ConfigLoader.load(file).train().keep()).isEqualTo(9);
    }

    @ParameterizedTest
    @CsvSource({"run.name,2026", "run.seed,-9223372036854775808", "run.out,a b/ö: #x", "data.path,'it''s \"1e-3\"'",
        "data.path,null",
        "data.path,~", "data.dir,prepared/mine", "data.tokenizer,char", "data.val_fraction,0.3333333333333333",
        "model.type,bigram", "model.n_layer,2147483647", "model.bias,true",
        "optim.min_lr,0", "optim.eps,4.9e-324", "optim.schedule,wsd", "optim.lr_decay_iters,300"})
    void aWrittenConfigLoadsToAnEqualOne(String key, String value) throws IOException {
        RunConfig config = ConfigLoader.parse("my.yaml", "run: {}", Map.of(key, value));
        Path written = Files.writeString(directory.resolve("config.yaml"), config.toYaml());
        assertThat(ConfigLoader.load(written)).isEqualTo(config);
    }

    @Test
    void aWrittenConfigHasEveryKey() {
        String yaml = parse("{model: {init_from: base}, lora: {rank: 8}}").toYaml();
        assertThat(ConfigKeys.names())
                .allSatisfy(key -> assertThat(yaml).contains("\n  " + key.substring(key.indexOf('.') + 1) + ":"));
    }

    @Test
    void aWrittenConfigHasNoSectionOfAdaptersThatItDoesWithout() {
        assertThat(parse("run: {}").toYaml()).doesNotContain("lora");
        String yaml = parse("{model: {init_from: base}, lora: {rank: 8, alpha: 3}}").toYaml();
        assertThat(parse(yaml).lora()).isEqualTo(new LoraConfig(8, 3.0, 0, LoraConfig.defaults().targets()));
    }

    @Test
    void differencesNameTheKeyAndBothValues() {
        RunConfig one = parse("model:\n  n_layer: 2\n  position: sinusoidal\n");
        RunConfig other = parse("model:\n  n_layer: 3\ntrain:\n  keep: 1\n");
        assertThat(one.model().differences(other.model())).extracting(Difference::toString)
                .containsExactly("model.n_layer is 2, not 3", "model.position is sinusoidal, not learned");
        assertThat(one.differences(other)).extracting(Difference::key)
                .containsExactly("model.n_layer", "model.position", "train.keep");
        assertThat(one.differences(one)).isEmpty();
    }

    static List<Path> shippedConfigs() throws IOException {
        try (Stream<Path> files = Files.list(TOP.resolve("configs"))) {
            return files.filter(file -> file.toString().endsWith(".yaml")).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("shippedConfigs")
    void everyShippedConfigLoads(Path file) {
        RunConfig config = ConfigLoader.load(file);
        assertThat(file.getFileName()).hasToString(config.run().name() + ".yaml");
    }

    @ParameterizedTest
    @MethodSource("shippedConfigs")
    void everyLineOfAShippedConfigSaysWhy(Path file) throws IOException {
        assertThat(Files.readAllLines(file)).filteredOn(line -> line.startsWith("  "))
                .allSatisfy(line -> assertThat(line).contains("  # "));
    }

    @Test
    void theConfigPageHasEveryKeyWithItsDefault() throws IOException {
        String page = Files.readString(TOP.resolve("docs/config.md"));
        for (ConfigKeys.Key key : ConfigKeys.all().values()) {
            String row = "| `" + key.dotted() + "` | "
                    + (key.defaultValue() == null ? "" : Scalar.show(key.defaultValue()) + " |");
            assertThat(page).contains(row);
        }
    }

    @Test
    void theConfigPageHasEveryWordOfAKey() {
        for (ConfigKeys.Key key : ConfigKeys.all().values()) {
            String row = rowOfThePage(key.dotted());
            for (Object word : key.type().isEnum() ? key.type().getEnumConstants() : new Object[0]) {
                assertThat(row).contains("`" + Scalar.show(word) + "`");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theConfigPageHasTheDefaultsOfEveryOptimizer(Optimizers optimizer) {
        Map<String, Object> defaults = Records.values(optimizer.defaults());
        defaults.forEach((component, value) -> {
            String name = Records.key(component);
            if (optimizer.hyperparameters().contains(name)) {
                assertThat(rowOfThePage("optim." + name).split("\\|")[2]).contains(Scalar.show(value));
            }
        });
    }

    private static String rowOfThePage(String key) {
        try (Stream<String> lines = Files.lines(TOP.resolve("docs/config.md"))) {
            return lines.filter(line -> line.startsWith("| `" + key + "`")).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hyperparametersThatAreLeftOutAreTheOptimizersDefaults(Optimizers optimizer) {
        String choice = "optimizer: " + Records.word(optimizer);
        Hyperparameters defaults = optimizer.defaults();
        assertThat(parse("optim: {" + choice + "}").optim().hyperparameters()).isEqualTo(defaults);
        assertThat(parse("optim: {" + choice + ", beta2: 0.5}").optim().hyperparameters())
                .isEqualTo(new Hyperparameters(defaults.beta1(), 0.5, defaults.eps(), defaults.weightDecay()));
    }

    private static RunConfig parse(String yaml) {
        return ConfigLoader.parse("my.yaml", yaml, Map.of());
    }
}
