package inkhorn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigErrorsTest {

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "run.seed: 1.5              | found 1.5, expected a whole number; the default is 1337",
        "run.out: ''                | found \"\", expected a directory; leave the key out for its default",
        "data.dataset: a/b          | found \"a/b\", expected the name of a data set: letters, digits, '-', '_', '.';"
        + " for a file of your own set data.path",
        "data.path: ''              | found \"\", expected a text file or a directory of them; leave the key out for"
        + " its default",
        "data.dir: ''               | found \"\", expected a directory of prepared data; leave the key out for its"
        + " default",
        "data.vocab_size: 0         | found 0, expected a whole number >= 1; leave the key out for its default",
        "data.vocab_size: 100       | found 100, but the vocabulary of the tokenizer char cannot be chosen; leave it"
        + " out",
        "data.val_fraction: 0       | found 0.0, expected a number > 0 and < 1; leave the key out for its default",
        "data.val_fraction: 1       | found 1.0, expected a number > 0 and < 1; leave the key out for its default",
        "model.type: lstm           | found lstm, expected gpt or bigram; the default is gpt",
        "model.n_layer: 4.5         | found 4.5, expected a whole number; the default is 6",
        "model.n_layer: \"4\"       | found \"4\" in quotes, expected a whole number; the default is 6",
        "model.n_layer: four        | found four, expected a whole number; the default is 6",
        "model.n_layer: 010         | found 010, expected a whole number; the default is 6",
        "model.n_layer: 0           | found 0, expected a whole number >= 1; the default is 6",
        "model.n_layer: 3000000000  | found 3000000000, expected a whole number between -2147483648 and 2147483647;"
        + " the default is 6",
        "model.n_layer:             | found nothing, expected a value; the default is 6",
        "model.n_head: -1           | found -1, expected a whole number >= 1; the default is 6",
        "model.n_embd: 100          | found 100, which 6 heads (model.n_head) do not divide; use 102 or another n_head",
        "model.block_size: 0        | found 0, expected a whole number >= 1; the default is 256",
        "model.dropout: 1           | found 1.0, expected a number >= 0 and < 1; the default is 0.0",
        "model.dropout: .nan        | found .nan, expected a number; the default is 0.0",
        "model.bias: yes            | found yes, expected true or false; the default is false",
        "model.tie_weights: 1       | found 1, expected true or false; the default is true",
        "train.batch_size: 0        | found 0, expected a whole number >= 1; the default is 64",
        "train.grad_accum: 0        | found 0, expected a whole number >= 1; the default is 1",
        "train.max_iters: 0         | found 0, expected a whole number >= 1; the default is 5000",
        "train.eval_interval: -1    | found -1, expected a whole number >= 0; the default is 250",
        "train.eval_iters: -1       | found -1, expected a whole number >= 0; the default is 200",
        "train.log_interval: -1     | found -1, expected a whole number >= 0; the default is 10",
        "train.checkpoint_interval: -1 | found -1, expected a whole number >= 0; the default is 250",
        "train.keep: 0              | found 0, expected a whole number >= 1; the default is 3",
        "train.batch_warmup_iters: -1 | found -1, expected a whole number >= 0; the default is 0",
        "train.batch_warmup_from: 0 | found 0, expected a whole number >= 1; the default is 1",
        "train.patience: -1         | found -1, expected a whole number >= 0; the default is 0",
        "train.sample_chars: -1     | found -1, expected a whole number >= 0; the default is 200",
        "optim.lr: fast             | found fast, expected a number; the default is 0.001",
        "optim.lr: 0                | found 0.0, expected a number > 0; the default is 0.001",
        "optim.lr: 1e999            | found 1e999, expected a number below 1.8e308; the default is 0.001",
        "optim.min_lr: 1            | found 1.0, above optim.lr of 0.001; lower it or raise lr",
        "optim.min_lr: -1           | found -1.0, expected a number >= 0; leave the key out for its default",
        "optim.warmup_iters: -1     | found -1, expected a whole number >= 0; the default is 100",
        "optim.lr_decay_iters: 0    | found 0, expected a whole number >= 1; leave the key out for its default",
        "optim.lr_decay_iters: 99   | found 99, below optim.warmup_iters of 100; raise it, lower warmup_iters, or"
        + " leave it out",
        "optim.schedule: step       | found step, expected cosine, linear, constant or wsd; the default is cosine",
        "optim.cooldown_iters: 0    | found 0, expected a whole number >= 1; leave the key out for its default",
        "optim.weight_decay: -1     | found -1.0, expected a number >= 0; leave the key out for its default",
        "optim.beta1: 1             | found 1.0, expected a number >= 0 and < 1; leave the key out for its default",
        "optim.beta2: -0.1          | found -0.1, expected a number >= 0 and < 1; leave the key out for its default",
        "optim.eps: 0               | found 0.0, expected a number > 0; leave the key out for its default",
        "optim.grad_clip: -1        | found -1.0, expected a number >= 0; the default is 1.0"})
    void aValueThatDoesNotFitIsNamedWithFileLineKeyAndWhatIsAllowed(String line, String what) {
        String key = line.substring(0, line.indexOf(':'));
        String yaml = key.substring(0, key.indexOf('.')) + ":\n  " + line.substring(key.indexOf('.') + 1) + "\n";
        assertThat(errors(yaml)).containsExactly("my.yaml:2: " + key + ": " + what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "..", ".hidden", " ", "a|b"})
    void aRunsNameMustDoAsADirectory(String name) {
        assertThat(errors("run:\n  name: '" + name + "'\n")).containsExactly("my.yaml:2: run.name: found \"" + name
                + "\", expected a name"
                + " usable as a directory: not empty, no leading dot, none of /\\:*?\"<>|; leave the key out for its"
                + " default");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "train: {max_iter: 3}     | unknown key train.max_iter; did you mean train.max_iters?",
        "train: {lr: 3}           | unknown key train.lr; did you mean optim.lr?",
        "train: {n-layer: 3}      | unknown key train.n-layer; did you mean model.n_layer?",
        "train: {pineapple: 3}    | unknown key train.pineapple; the keys of train are batch_size, grad_accum,"
        + " batch_warmup_iters, batch_warmup_from, max_iters, eval_interval, eval_iters, log_interval,"
        + " checkpoint_interval, keep, patience, stop_at_loss, sample_chars,"
        + " activation_checkpointing, label_smoothing, z_loss, freeze",
        "max_iters: 3             | unknown key max_iters; did you mean train.max_iters?",
        "train.max_iters: 3       | unknown key train.max_iters; did you mean train.max_iters?",
        "trian: {max_iters: 3}    | unknown key trian; the sections are run, data, model, train, optim, lora",
        "train: 3                 | train: found \"3\", expected keys such as 'batch_size:' below it, indented",
        "train: [1, 2]            | train: found a list, expected keys such as 'batch_size:' below it, indented",
        "train: {max_iters: [1]}  | train.max_iters: found a list, expected one value",
        "train: {max_iters: {a: 1}} | train.max_iters: found a group of keys, expected one value",
        "train: {keep: 1, keep: 2}  | train.keep appears twice, first on line 1; keep one",
        "just some text           | not a config: found \"just some text\" where sections such as 'train:' were"
        + " expected",
        "a: b: c                  | not YAML: mapping values are not allowed here; correct this line or the one above"
        + " it",
        "- 1                      | not a config: found a list where sections such as 'train:' were expected"})
    void aFileOfTheWrongShapeIsNamedWithItsLine(String yaml, String what) {
        assertThat(errors(yaml)).hasSize(1).first().asString().matches("my.yaml(:1)?: .*").endsWith(": " + what);
    }

    static Stream<ConfigKeys.Key> keysOfWords() {
        return ConfigKeys.all().values().stream().filter(key -> key.type().isEnum());
    }

    @ParameterizedTest
    @MethodSource("keysOfWords")
    void anUnknownWordIsAnsweredWithThoseThereAre(ConfigKeys.Key key) {
        assertThat(errors(key.section() + ":\n  " + key.name() + ": swish\n"))
                .containsExactly("my.yaml:2: " + key.dotted()
                + ": found swish, expected " + Scalar.oneOf(key.type()) + (key.optional()
                ? "; leave the key out for its default" : "; the default is " + Scalar.show(key.defaultValue())));
    }

    /** The number of steps is in another section. */
    @Test
    void aCooldownLongerThanTheRunIsRefused() {
        assertThat(errors("train:\n  max_iters: 300\noptim:\n  schedule: wsd\n  cooldown_iters: 201\n"))
                .containsExactly("my.yaml:5: optim.cooldown_iters: found 201, more than the steps from"
                + " optim.warmup_iters of 100 to lr_decay_iters of 300; lower it");
        assertThat(errors("optim:\n  lr_decay_iters: 150\n  schedule: wsd\n  cooldown_iters: 51\n")).hasSize(1);
    }

    @Test
    void aSectionGivenTwiceIsRefused() {
        assertThat(errors("train:\n  keep: 1\ntrain:\n  keep: 2\n"))
                .contains("my.yaml:3: section train appears twice; keep one");
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertThat(errors("train:\n  keep: 1\n---\ntrain:\n  keep: 2\n"))
                .containsExactly("my.yaml:4: a second document begins here; a config is one document, remove the '---'"
                + " line");
    }

    @Test
    void aTabNamesItsLine() {
        assertThat(errors("train:\n\tkeep: 1\n"))
                .containsExactly("my.yaml:2: not YAML: found character '\\t(TAB)' that cannot"
                + " start any token. (Do not use \\t(TAB) for indentation); correct this line or the one above it");
    }

    @Test
    void anEmptyFileSaysWhatToDo() {
        assertThat(errors("")).containsExactly("my.yaml: the config is empty; copy one from configs/ and change it");
        assertThat(errors("# nothing\n"))
                .containsExactly("my.yaml: the config is empty; copy one from configs/ and change it");
    }

    @Test
    void allProblemsAreReportedAtOnceAndNoneTwice() {
        assertThat(errors("model:\n  n_layer: 0\n  n_head: x\n  n_embd: 100\ntrain:\n  keeep: 1\n  max_iters:"
                + " -1\noptim:\n  lr: -1\n")).containsExactly(
                        "my.yaml:6: unknown key train.keeep; did you mean train.keep?",
                        "my.yaml:3: model.n_head: found x, expected a whole number; the default is 6",
                        "my.yaml:2: model.n_layer: found 0, expected a whole number >= 1; the default is 6",
                        "my.yaml:7: train.max_iters: found -1, expected a whole number >= 1; the default is 5000",
                        "my.yaml:9: optim.lr: found -1.0, expected a number > 0; the default is 0.001",
                        "my.yaml: optim.min_lr: found -0.1, expected a number >= 0; leave the key out for its default");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "batch_size: 4, batch_warmup_from: 4 | found 4, expected fewer than the 4 sequences of train.batch_size x"
                + " train.grad_accum; lower it, or set batch_warmup_iters to 0",
        "batch_size: 1 | found 1, expected fewer than the 1 sequences of train.batch_size x train.grad_accum; lower it,"
                + " or set batch_warmup_iters to 0",
        "batch_size: 4, grad_accum: 3, batch_warmup_from: 6 | found 6, expected at most train.batch_size of 4 or a"
                + " multiple of it; the default is 1"})
    void aWarmUpOfTheBatchSizeThatBeginsElsewhereThanBelowItsEndIsRefused(String keys, String message) {
        assertThat(errors("train: {batch_warmup_iters: 10, " + keys + "}\n")).singleElement().asString()
                .endsWith("train.batch_warmup_from: " + message);
    }

    @Test
    void patienceWithoutEvaluationsIsRefused() {
        assertThat(errors("train:\n  patience: 3\n  eval_interval: 0\n"))
                .containsExactly("my.yaml:2: train.patience: found 3, but"
                + " train.eval_interval is 0, so nothing is evaluated; set an eval_interval, or patience to 0");
    }

    @Test
    void aLossToStopAtWithoutEvaluationsIsRefused() {
        assertThat(errors("train:\n  stop_at_loss: 1.5\n  eval_interval: 0\n"))
                .containsExactly("my.yaml:2: train.stop_at_loss: found 1.5, but"
                + " train.eval_interval is 0, so nothing is evaluated; set an eval_interval, or stop_at_loss to 0");
    }

    @Test
    void anUnknownTokenizerIsNamedWithThoseThereAre() {
        assertThat(errors("data:\n  tokenizer: bytes\n")).singleElement().asString()
                .startsWith("my.yaml:2: data.tokenizer: unknown tokenizer 'bytes'; allowed: char");
    }

    @Test
    void textAndPreparedDataTogetherAreRefused() {
        assertThat(errors("data:\n  path: a.txt\n  dir: prepared\n"))
                .containsExactly("my.yaml:3: data.dir: found \"prepared\" beside data.path"
                + " \"a.txt\", expected one of them; --data.path= takes the path away");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThat(loadErrors(Path.of("nowhere.yaml")))
                .containsExactly("nowhere.yaml: no such file; give a config such as configs/shakespeare-char.yaml");
    }

    @Test
    void aDirectoryIsNotAConfig() {
        assertThat(loadErrors(directory))
                .containsExactly(directory + ": is a directory, expected a config file such as"
                + " configs/shakespeare-char.yaml");
    }

    @Test
    void aFileThatIsNotTextIsRefused() throws Exception {
        Path file = Files.write(directory.resolve("model.safetensors"), new byte[] {(byte) 0xff, 0, 1});
        assertThat(loadErrors(file)).containsExactly(file + ": not a text file in UTF-8; give a YAML file");
    }

    @Test
    void aHugeFileIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("corpus.txt"), "a".repeat(2_000_000), StandardCharsets.UTF_8);
        assertThat(loadErrors(file))
                .containsExactly(file + ": it is larger than 1 MiB, the most that is read; give a YAML file such as"
                + " configs/shakespeare-char.yaml");
    }

    @Test
    void aDeviceIsRefused() {
        Path zero = Path.of("/dev/zero");
        assumeTrue(Files.exists(zero));
        assertThat(loadErrors(zero)).singleElement().asString()
                .startsWith("/dev/zero: it is a device, not a regular file; give a YAML file");
    }

    @Test
    void anOverrideIsNamedAsTheOptionItWas() {
        ConfigException e = catchThrowableOfType(ConfigException.class,
                () -> ConfigLoader.parse("my.yaml", "train:\n  keep: 2\n",
                Map.of("train.keep", "two", "optim.lr", "0")));
        assertThat(e.lines()).containsExactlyInAnyOrder(
                "--train.keep: found two, expected a whole number; the default is 3",
                "--optim.lr: found 0.0, expected a number > 0; the default is 0.001");
    }

    @Test
    void anUnknownOverrideSuggestsTheNearestKey() {
        ConfigException e = catchThrowableOfType(ConfigException.class,
                () -> ConfigLoader.parse("my.yaml", "train: {}", Map.of("train.maxiters", "3")));
        assertThat(e).hasMessage("--train.maxiters: unknown key; did you mean --train.max_iters?");
    }

    private static List<String> errors(String yaml) {
        ConfigException e = catchThrowableOfType(ConfigException.class,
                () -> ConfigLoader.parse("my.yaml", yaml, Map.of()));
        assertThat(e).as("no error for: " + yaml).isNotNull();
        return e.lines();
    }

    private static List<String> loadErrors(Path file) {
        return catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file)).lines();
    }
}
