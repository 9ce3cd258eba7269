package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.nn.GptConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code model.init_from}: a new run that begins with the weights of a checkpoint. */
final class InitFromTest {

    private static final String TEXT = "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40);

    @TempDir
    Path directory;

    private Program program;
    private Path first;
    private Path second;
    private Path text;

    @BeforeEach
    void trainTheFirstRun() throws IOException {
        program = new Program(directory.resolve("sets"));
        first = directory.resolve("first");
        second = directory.resolve("second");
        text = Files.writeString(directory.resolve("text.txt"), TEXT);
        Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8}
                train: {max_iters: 4, batch_size: 2, eval_interval: 0, log_interval: 1, checkpoint_interval: 2}
                optim: {warmup_iters: 0, lr_decay_iters: 4}
                """);
        assertThat(train(first)).isZero();
        program.clear();
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theWeightsAreTheCheckpointsAndTheOptimizerIsFresh() throws IOException {
        assertThat(train(second, "--model.init_from=" + first, "--optim.lr=1e-30", "--optim.min_lr=0",
                "--train.max_iters=1",
                "--optim.lr_decay_iters=1", "--optim.weight_decay=0")).isZero();
        assertThat(program.out()).contains("weights  of " + first + "/step-00000004, with a fresh optimizer");
        assertThat(second.resolve("latest/model.safetensors"))
                .hasSameBinaryContentAs(first.resolve("latest/model.safetensors"));
        assertThat(Files.readString(second.resolve("latest/trainer.json"))).contains("\"optimizer_steps\" : 1");
    }

    @Test
    void aPlainDirectoryWithAnotherDropoutServesToo() throws IOException {
        Path plain = Files.createDirectory(directory.resolve("plain"));
        for (String file : List.of("model.safetensors", "config.json")) {
            Files.copy(first.resolve("latest").resolve(file), plain.resolve(file));
        }
        assertThat(train(second, "--model.init_from=" + plain, "--model.dropout=0.3")).isZero();
        assertThat(program.out()).contains("weights  of " + plain);
    }

    @Test
    void aResumeNeedsTheCheckpointNoMore() throws IOException {
        Path copy = directory.resolve("copy");
        Files.createDirectory(copy);
        for (String file : List.of("model.safetensors", "config.json")) {
            Files.copy(first.resolve("latest").resolve(file), copy.resolve(file));
        }
        assertThat(train(second, "--model.init_from=" + copy, "--train.max_iters=2", "--optim.lr_decay_iters=4"))
                .isZero();
        Files.delete(copy.resolve("model.safetensors"));
        program.clear();
        assertThat(train(second, "--model.init_from=" + copy, "--resume")).isZero();
        assertThat(program.out()).contains("going on from step 2").doesNotContain("fresh optimizer");
        assertThat(train(directory.resolve("straight"), "--model.init_from=" + first)).isZero();
        assertThat(second.resolve("latest/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("straight/latest/model.safetensors"));
    }

    @Test
    void anotherShapeIsRefusedNamingWhatDiffers() {
        assertFails("model.init_from: " + first
                + "/step-00000004 has a model of another shape: model.block_size is 16, not 8, model.n_layer"
                + " is 2, not 1, model.bias is true, not false", "--model.n_layer=2", "--model.block_size=16",
                "--model.bias=true");
        assertFails("model.type is bigram, not gpt; leave the keys out", "--model.type=bigram");
    }

    @Test
    void anotherTokenizerIsRefusedNamingBoth() throws IOException {
        Files.writeString(text, "ABC DEF\n".repeat(100));
        assertFails("model.init_from: the tokenizer of " + first + "/step-00000004 is char with 23 tokens",
                "--data.tokenizer=char");
        assertFails("text.txt: ");      // with the checkpoint's tokenizer, which has no capitals
    }

    @Test
    void keysLeftOutAreTheCheckpointsAndTheRunHasThemAll() throws IOException {
        Path config = Files.writeString(directory.resolve("no-sizes.yaml"), """
                model: {block_size: 4}
                train: {max_iters: 4, batch_size: 2, eval_interval: 0, log_interval: 1, checkpoint_interval: 2}
                optim: {warmup_iters: 0, lr_decay_iters: 4}
                """);
        Path copy = Files.createDirectory(directory.resolve("copy"));
        for (String file : List.of("model.safetensors", "config.json", "tokenizer.json")) {
            Files.copy(first.resolve("latest").resolve(file), copy.resolve(file));
        }
        Files.writeString(text, "thirty plus two is said the clerk.\n".repeat(40));     // of fewer characters
        assertThat(train(config, second, "--model.init_from=" + copy)).as(program.err()).isZero();
        RunConfig resolved = ConfigLoader.load(second.resolve("config.yaml"));
        assertThat(resolved.model().gpt()).isEqualTo(GptConfig.defaults().withNLayer(1).withNHead(2).withNEmbd(8)
                .withBlockSize(4).withVocabSize(resolved.model().gpt().vocabSize()));
        assertThat(resolved.data().tokenizer()).isEqualTo(copy.resolve("tokenizer.json").toString());
        for (String file : List.of("model.safetensors", "config.json", "tokenizer.json")) {
            Files.delete(copy.resolve(file));
        }
        program.clear();
        assertThat(train(config, second, "--model.init_from=" + copy, "--resume", "--train.max_iters=6"))
                .as(program.err()).isZero();
        assertThat(program.out()).contains("going on from step 4");
    }

    @Test
    void whatIsNoCheckpointIsRefused() {
        assertThat(train(second, "--model.init_from=" + directory.resolve("nowhere"))).isEqualTo(2);
        assertThat(program.err()).startsWith("error: " + directory.resolve("nowhere") + ": no such directory")
                .hasLineCount(1);
        assertThat(second).doesNotExist();
    }

    private void assertFails(String part, String... more) {
        program.clear();
        List<String> args = new ArrayList<>(List.of(more));
        args.add("--model.init_from=" + first);
        assertThat(train(second, args.toArray(String[]::new))).isEqualTo(2);
        assertThat(program.err().lines().filter(line -> !line.startsWith("note: "))).singleElement().asString()
                .startsWith("error: ").contains(part);
        assertThat(second).doesNotExist();
    }

    private int train(Path run, String... more) {
        return train(directory.resolve("small.yaml"), run, more);
    }

    private int train(Path config, Path run, String... more) {
        List<String> args = new ArrayList<>(List.of(config.toString(), "--data.path=" + text,
                "--kernels=scalar", "--no-probe", "--run.out=" + run));
        args.addAll(List.of(more));
        return program.run(args.toArray(String[]::new));
    }
}
