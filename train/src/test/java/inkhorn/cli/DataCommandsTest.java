package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.cli.terminal.ByteProgressLine;
import inkhorn.data.prepare.PreparedData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From texts to a trained model by way of prepared data. */
final class DataCommandsTest {

    @TempDir
    Path directory;

    private Program program;
    private Path text;
    private Path prepared;

    @BeforeEach
    void writeText() throws IOException {
        program = new Program(directory.resolve("sets"));
        text = Files.writeString(directory.resolve("text.txt"), "twelve plus twenty is thirty-two, said the clerk.\n"
                .repeat(100));
        prepared = directory.resolve("prepared");
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void prepareSaysWhatItMadeAndTheSecondTimeThatItIsThere() {
        assertThat(prepare("--tokenizer", "bpe", "--vocab-size=270")).isZero();
        assertThat(program.out()).contains("input       1 file, 5,000 bytes, 1 document",
                "tokenizer   bpe, vocabulary of 270, ids of 16 bits",
                "validation  ", " of 500 characters (500 bytes)", "done: " + prepared + " in ",
                "--data.dir=" + prepared);
        program.clear();
        assertThat(prepare("--tokenizer", "bpe", "--vocab-size=270")).isZero();
        assertThat(program.out())
                .endsWith(prepared + " holds all this already, from the same input and options: nothing to do\n");
    }

    @Test
    void aManifestThatCountsASingleDocumentWhereItEndsIsReadAsTextInBothParts() throws IOException {
        prepare("--tokenizer", "char");
        Path manifest = prepared.resolve("manifest.json");
        String older = Files.readString(manifest)
                .replaceFirst("(\"train\"\\s*:\\s*\\{\\s*\"documents\"\\s*:\\s*)1", "$10");
        assertThat(older).isNotEqualTo(Files.readString(manifest));
        Files.writeString(manifest, older);
        assertThat(PreparedData.open(prepared).manifest().train().documents()).isEqualTo(1);
    }

    @Test
    void wrongOptionsAreNamedAsTheyWereGiven() {
        assertFails(prepare("--tokenizer", "morse"), "--tokenizer: unknown tokenizer 'morse'; allowed: char, ");
        assertFails(prepare("--tokenizer", "char", "--vocab-size=7"),
                "--vocab-size: found 7, but the vocabulary of the tokenizer char cannot be chosen");
        assertFails(prepare("--tokenizer", "char", "--val-fraction=1"),
                "--val-fraction: 1.0 is out of range; allowed: above 0 and below 1");
        assertFails(prepare("--tokenizer", "char", "--glob=[a"), "--glob: found [a, which is no glob");
        assertFails(program.run("prepare", "--input", "nowhere", "--out", "x", "--tokenizer", "char"),
                "--input: nowhere does not exist; ");
        assertThat(prepared).doesNotExist();
    }

    @Test
    void inspectDataShowsCountsTokensAndABatchAsALesson() {
        prepare("--tokenizer", "gpt2");
        program.clear();
        assertThat(program.run("inspect-data", prepared.toString(), "--block-size=4", "--batch-size=1", "--top=3"))
                .isZero();
        List<String> lines = program.out().lines().map(line -> line.replaceAll("\\s+", " ").strip()).toList();
        assertThat(lines.get(0)).startsWith(prepared + ": " + text + ", tokenizer gpt2 with 50,257 tokens (");
        assertThat(lines).containsSubsequence("counts", "most frequent tokens", "least frequent tokens that occur",
                "longest tokens that occur");
        assertThat(lines).contains("unknown tokens | 0 | 0.0000 % of the tokens |");
        assertThat(lines).as("one document, of which both parts have text")
                .anyMatch(line -> line.startsWith("training | 1 | "))
                .anyMatch(line -> line.startsWith("validation | 1 | "));
        // " plus" and its like, each once a line of 100.
        assertThat(lines).anyMatch(line -> line.matches("\\d+ \\| \" thirty\" \\| 7 \\| 100 \\| \\d+\\.\\d+ % \\|"));
        int lesson = lines.indexOf("sequence 1 of the first batch: context, and the target that follows");
        String[] last = lines.get(lesson + 6).split(" \\| ");
        String[] ids = last[0].split(" ");
        assertThat(ids).hasSize(4);
        for (int i = 0; i < 3; i++) {
            assertThat(lines.get(lesson + 3 + i).split(" \\| ")[1])
                    .as("the target of one context is the last token of the next").isEqualTo(ids[i + 1]);
        }
        String context = last[2].substring(1, last[2].length() - 1).replace("\\n", "\n");
        String target = last[3].substring(1, last[3].lastIndexOf('"')).replace("\\n", "\n");
        assertThat("twelve plus twenty is thirty-two, said the clerk.\n".repeat(2)).contains(context + target);
    }

    @Test
    void trainingOnPreparedDataUsesTheirTokenizerAndGivesBitsPerByte() throws IOException {
        prepare("--tokenizer", "bpe", "--vocab-size=270");
        program.clear();
        assertThat(train("--data.dir=" + prepared)).isZero();
        assertThat(program.out()).contains("vocabulary of 270 (bpe)", " bits per byte)");
        JsonNode manifest = new ObjectMapper().readTree(prepared.resolve("manifest.json").toFile()).get("val");
        List<String> metrics = Files.readAllLines(directory.resolve("run/metrics.jsonl"));
        JsonNode eval = new ObjectMapper().readTree(metrics.get(metrics.size() - 1));
        double expected = eval.get("val_loss").doubleValue() * manifest.get("tokens")
                .longValue() / (manifest.get("bytes").longValue() * Math.log(2));
        assertThat(eval.get("val_bits_per_byte").doubleValue()).isEqualTo(expected);
        assertThat(program.out())
                .contains(String.format("done: 2 steps, best validation loss %.4f (%.4f bits per byte) at step 2;",
                eval.get("val_loss").doubleValue(), expected));
        assertThat(directory.resolve("run/latest/tokenizer.json"))
                .hasSameBinaryContentAs(prepared.resolve("tokenizer.json"));
    }

    @Test
    void aCheckpointSaysToTransformersHowToReadItsTokenizer() throws IOException {
        prepare("--tokenizer", "bpe", "--vocab-size=270");
        assertThat(train("--data.dir=" + prepared)).isZero();
        ObjectMapper json = new ObjectMapper();
        JsonNode manifest = json.readTree(directory.resolve("run/latest/manifest.json").toFile());
        assertThat(manifest.path("files").has("tokenizer_config.json")).isTrue();
        int blockSize = json.readTree(directory.resolve("run/latest/config.json").toFile())
                .get("n_positions").intValue();
        JsonNode config = json.readTree(directory.resolve("run/latest/tokenizer_config.json").toFile());
        assertThat(config.get("tokenizer_class").textValue()).isEqualTo("PreTrainedTokenizerFast");
        assertThat(config.get("model_max_length").intValue()).isEqualTo(blockSize);
        assertThat(config.get("clean_up_tokenization_spaces").booleanValue()).isFalse();
    }

    @Test
    void aDirectoryWithoutATokenizerConfigIsSampledFrom() throws IOException {
        assertThat(train("--data.path=" + text)).isZero();
        Path copy = Files.createDirectory(directory.resolve("copy"));
        for (String file : List.of("model.safetensors", "config.json", "tokenizer.json")) {
            Files.copy(directory.resolve("run/latest").resolve(file), copy.resolve(file));
        }
        assertThat(program.run("sample", copy.toString(), "--prompt", "twelve", "--tokens", "5")).isZero();
    }

    @Test
    void dataMadeOtherwiseThanTheConfigOrTheCheckpointAreRefusedNamingBoth() {
        prepare("--tokenizer", "bpe", "--vocab-size=270");
        program.clear();
        assertFails(train("--data.dir=" + prepared, "--data.tokenizer=char"), "data.dir: " + prepared
                + " was prepared with the tokenizer bpe of 270" + " tokens, but data.tokenizer is char; ");
        assertThat(train("--data.path=" + text)).isZero();
        program.clear();
        assertFails(train("--data.dir=" + prepared, "--resume"), "cannot resume " + directory.resolve("run")
                + " with another tokenizer: the data's" + " is bpe with 270 tokens (sha256 ");
        assertFails(train("--data.dir=" + directory.resolve("none")), directory.resolve("none")
                + ": holds no prepared data (manifest.json: no such" + " file or directory); ");
    }

    @Test
    void aValidationPartShorterThanABlockIsOneLine() throws IOException {
        Files.writeString(text, "a short one, to be sure\n");
        prepare("--tokenizer", "char");
        program.clear();
        assertFails(train("--data.dir=" + prepared), text
                + ": the validation split has 3 tokens (data.val_fraction 0.1), but model.block_size 8"
                + " needs at least 9; ");
    }

    @Test
    void progressInAPipeIsALineATenthWithSpeedAndTimeLeft() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteProgressLine progress = ByteProgressLine.plain(new PrintStream(bytes, true, StandardCharsets.UTF_8),
                () -> { }, 0);
        progress.started("encoding");
        for (long done = 1; done <= 100; done++) {
            progress.bytes(done * 1_000_000, 100_000_000);
        }
        progress.close();
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(11).first().isEqualTo("encoding");
        assertThat(lines.get(5)).matches("encoding: 50 % of 100 MB  \\d+\\.\\d MB/s  \\d+s left");
    }

    private int prepare(String... options) {
        String[] args = new String[options.length + 5];
        System.arraycopy(new String[] {"prepare", "--input", text.toString(), "--out", prepared.toString()},
                0, args, 0, 5);
        System.arraycopy(options, 0, args, 5, options.length);
        return program.run(args);
    }

    private int train(String... options) {
        try {
            Path config = Files.writeString(directory.resolve("small.yaml"), """
                    model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8}
                    train: {max_iters: 2, batch_size: 2, eval_interval: 2, eval_iters: 0, sample_chars: 0}
                    optim: {warmup_iters: 1}
                    """);
            String[] args = new String[options.length + 3];
            System.arraycopy(new String[] {config.toString(), "--kernels=scalar", "--run.out="
                    + directory.resolve("run")}, 0, args, 0, 3);
            System.arraycopy(options, 0, args, 3, options.length);
            return program.run(args);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void assertFails(int code, String line) {
        assertThat(program.err().lines().filter(printed -> !printed.startsWith("note: "))).singleElement().asString()
                .startsWith("error: " + line);
        assertThat(code).isEqualTo(2);
        program.clear();
    }
}
