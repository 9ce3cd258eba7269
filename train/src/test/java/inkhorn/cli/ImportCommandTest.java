package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.exchange.SyntheticGpt2;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPT-2 with a padded vocabulary, from its published files to a fine-tuned run. */
final class ImportCommandTest {

    private static final String TEXT = "twelve plus twenty is thirty-two, said the clerk.\n".repeat(60);

    @TempDir
    Path directory;

    private Program program;
    private Path published;
    private Path imported;
    private int tokens;

    @BeforeEach
    void publish() throws IOException {
        program = new Program(directory.resolve("data").resolve("sets"));
        published = directory.resolve("gpt2");
        imported = directory.resolve("imported");
        Tokenizer tokenizer = BpeTokenizer.train(List.of(TEXT), 280, 1);
        tokens = tokenizer.vocabSize();
        SyntheticGpt2.SMALL.withRows((tokens + 127) / 128 * 128).withShards(2).write(published);
        tokenizer.save(published.resolve("tokenizer.json"));
        Files.writeString(directory.resolve("text.txt"), TEXT);
        Files.writeString(directory.resolve("tune.yaml"), """
                model: {n_layer: 2, n_head: 2, n_embd: 8, block_size: 8, bias: true, activation: gelu_tanh}
                train: {max_iters: 2, batch_size: 2, eval_interval: 0, checkpoint_interval: 0}
                optim: {warmup_iters: 0}
                """);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void importSaysWhatItMadeAndWhatItLeftOut() {
        assertThat(program.run("import", published.toString(), "--out", imported.toString(), "--block-size", "12",
                "--dropout", "0")).as(program.err()).isZero();
        assertThat(program.out()).contains("context of 12 tokens, cut from 16",
                tokens + " tokens (bpe), " + ((tokens + 127) / 128 * 128 - tokens) + " rows of padding left out",
                "done: " + imported + " in ", "write with: java -jar train.jar sample " + imported);
        assertThat(((Gpt) TrainedModel.open(imported).model()).gptConfig().blockSize()).isEqualTo(12);
    }

    @Test
    void everyCommandThatUsesAModelOpensItAndThePublishedFilesToo() {
        assertThat(program.run("import", published.toString(), "--out", imported.toString())).isZero();
        for (Path model : List.of(imported, published)) {
            run("sample", model, "--prompt", "twelve", "--tokens", "5", "--no-relaunch");
            run("explain", model, "--prompt", "twelve plus");
            run("describe", model);
            run("neighbours", model, "--token", "t");
        }
    }

    @Test
    void thePaddingIsNeverSampled() {
        // Nearly uniform at this temperature: a quarter of the tokens would be padding.
        assertThat(program.run("sample", published.toString(), "--tokens", "200", "--num", "20", "--temperature", "50",
                "--top-k", "0", "--top-p", "1", "--json")).as(program.err()).isZero();
        assertThat(program.out()).contains("\"token_ids\"");
        assertThat(program.out().replaceAll("(?s).*?\"token_ids\":\\[([^\\]]*)\\][^\\[]*", "$1,").split(","))
                .filteredOn(id -> id.strip().matches("\\d+"))
                .hasSizeGreaterThan(300).allSatisfy(id -> assertThat(Integer.parseInt(id.strip())).isLessThan(tokens));
    }

    @Test
    void aRunBeginsWithItsFirstPositionsAndCanBeResumed() {
        assertThat(program.run("import", published.toString(), "--out", imported.toString())).isZero();
        for (Path model : List.of(imported, published)) {
            String run = directory.resolve("run-" + model.getFileName()).toString();
            List<String> train = new ArrayList<>(List.of(directory.resolve("tune.yaml").toString(),
                    "--data.path=" + directory.resolve("text.txt"),
                    "--data.tokenizer=" + model.resolve("tokenizer.json"), "--model.init_from=" + model,
                    "--run.out=" + run, "--no-probe"));
            assertThat(program.run(train.toArray(String[]::new))).as(program.err()).isZero();
            assertThat(program.out()).contains("weights  of " + model + ", with a fresh optimizer");
            train.addAll(List.of("--resume", "--train.max_iters=3"));
            assertThat(program.run(train.toArray(String[]::new))).as(program.err()).isZero();
            run("sample", Path.of(run), "--prompt", "twelve", "--tokens", "5");
        }
        assertThat(directory.resolve("run-imported/latest/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("run-gpt2/latest/model.safetensors"));
    }

    @Test
    void wrongInputIsOneLineAndExitCode2() throws IOException {
        assertRefused("no such directory", "import", directory.resolve("nowhere").toString(), "--out", "x");
        assertRefused("--dropout: found 1, expected a number >= 0 and < 1", "import", published.toString(), "--out",
                imported.toString(), "--dropout", "1");
        assertRefused("--block-size: found 0, expected a whole number >= 1", "import", published.toString(), "--out",
                imported.toString(), "--block-size", "0");
        Files.delete(published.resolve("config.json"));
        assertRefused("has no config.json", "import", published.toString(), "--out", imported.toString());
        assertThat(imported).doesNotExist();
    }

    @Test
    void downloadWithoutANetworkIsOneLineAndExitCode2() throws IOException {
        String nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = "http://127.0.0.1:" + free.getLocalPort();
        }
        assertRefused("put config.json, tokenizer.json, model.safetensors of " + nobody
                + "/openai-community/gpt2-medium into "
                + directory.resolve("data/models/gpt2-medium").toAbsolutePath(), "download", "gpt2-medium", "--from",
                nobody);
        assertRefused("MODEL: found gpt3, expected one of gpt2, gpt2-medium, gpt2-large, gpt2-xl", "download", "gpt3");
        assertRefused("--from: found ftp://x, expected an address", "download", "gpt2", "--from", "ftp://x");
    }

    private void run(String command, Path model, String... more) {
        program.clear();
        String[] args = new String[more.length + 2];
        args[0] = command;
        args[1] = model.toString();
        System.arraycopy(more, 0, args, 2, more.length);
        assertThat(program.run(args)).as(program.err()).isZero();
    }

    private void assertRefused(String what, String... args) {
        program.clear();
        assertThat(program.run(args)).isEqualTo(2);
        assertThat(program.err()).startsWith("error: ").contains(what).hasLineCount(1);
    }
}
