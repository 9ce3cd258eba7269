package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.CheckpointContents;
import inkhorn.checkpoint.CheckpointStore;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.RunLock;
import inkhorn.data.CharTokenizer;
import inkhorn.data.Tokenizer;
import inkhorn.data.Tokenizers;
import inkhorn.generate.Penalties;
import inkhorn.generate.TokenizerStamp;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.Warping;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Position;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SampleJobTest {

    private static final String ALPHABET = "\n abcdé😀";
    private static final int BLOCK = 16;
    /** Beyond the block, so that the context slides. */
    private static final int TOKENS = 40;

    private final Program program = new Program();

    @TempDir
    private Path run;

    /** Two checkpoints of two models: step 10 is the best, step 20 the latest. */
    @BeforeEach
    void saveARun() {
        save(10, 1, ALPHABET, true);
        save(20, 2, ALPHABET, false);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(KernelProvider.Choice.AUTO, Runtime.getRuntime().availableProcessors());
    }

    @Test
    void aTextBeginsWithThePromptAndHasTheNumberOfTokensAskedFor() {
        assertThat(sample(run, "--prompt", "é😀b")).isZero();
        assertThat(program.out()).startsWith("é😀b").endsWith("\n");
        assertThat(program.out().codePointCount(0, program.out().length())).isEqualTo(3 + TOKENS + 1);
        assertThat(program.err()).isEmpty();
    }

    @Test
    void theSeedFixesTheTextAndEveryTextHasItsOwnSequence() {
        String three = text(run, "--num=3", "--seed=5");
        assertThat(text(run, "--num=3", "--seed=5")).isEqualTo(three);
        assertThat(text(run, "--num=3", "--seed=6")).isNotEqualTo(three);
        List<String> texts = List.of(three.split("---------------\n"));
        assertThat(texts).hasSize(3).doesNotHaveDuplicates();
        assertThat(text(run, "--num=1", "--seed=5")).isEqualTo(texts.get(0));
    }

    @Test
    void aRunMeansItsBestCheckpointOrElseTheLatest() throws IOException {
        String best = text(run.resolve("step-00000010"));
        String latest = text(run.resolve("latest"));
        assertThat(best).isNotEqualTo(latest);
        assertThat(text(run)).isEqualTo(best);
        assertThat(text(run.resolve("best"))).isEqualTo(best);
        Files.delete(run.resolve("best"));
        assertThat(text(run)).isEqualTo(latest);
    }

    @Test
    void aCharacterOutsideTheVocabularyIsNamed() {
        assertThat(sample(run, "--prompt", "abx")).isEqualTo(2);
        assertThat(program.err().lines()).singleElement().asString().contains("'x' (U+0078)", "not in the vocabulary");
        assertThat(program.out()).isEmpty();
    }

    @Test
    void withoutAPromptTheTextGoesOnFromALineBreak() {
        String afterLineBreak = text(run, "--prompt", "\n");
        assertThat("\n" + text(run)).isEqualTo(afterLineBreak);
    }

    @Test
    void withoutAPromptAndALineBreakTheFirstTokenIsWhereTheTextStarts() throws IOException {
        save(30, 3, "abc", true);
        assertThat("a" + text(run)).isEqualTo(text(run, "--prompt", "a"));
    }

    @Test
    void damageIsOneLineAndExitCode2() throws IOException {
        byte[] bytes = Files.readAllBytes(run.resolve("step-00000010/model.safetensors"));
        bytes[bytes.length - 5] ^= 1;
        Files.write(run.resolve("step-00000010/model.safetensors"), bytes);
        assertThat(sample(run)).isEqualTo(2);
        assertThat(program.err().lines()).singleElement().asString().contains("step-00000010", "model.safetensors");
    }

    @Test
    void aModelWithoutItsOwnTokenizerIsOneLineAndExitCode2() throws IOException {
        Path copy = Files.createDirectory(run.resolve("copy"));
        for (String name : List.of("model.safetensors", "config.json")) {
            Files.copy(run.resolve("step-00000010").resolve(name), copy.resolve(name));
        }
        assertThat(sample(copy)).isEqualTo(2);
        CharTokenizer.fromText("abcd").save(copy.resolve(TrainedModel.TOKENIZER_FILE));
        assertThat(sample(copy)).isEqualTo(2);
        Files.writeString(copy.resolve(TrainedModel.TOKENIZER_FILE), "{\"format\":");
        assertThat(sample(copy)).isEqualTo(2);
        assertThat(program.err().lines()).hasSize(3).allMatch(line -> line.contains("tokenizer.json"));
        Files.copy(run.resolve("step-00000010/tokenizer.json"), copy.resolve(TrainedModel.TOKENIZER_FILE),
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(text(copy)).isEqualTo(text(run));
    }

    @Test
    void aTokenizerOfTheSameSizeThatIsNotTheModelsIsRefusedWithBothNames() throws IOException {
        Path copy = Files.createDirectory(run.resolve("copy"));
        Tokenizer own = Tokenizers.load(run.resolve("step-00000010/tokenizer.json"));
        ObjectNode config = (ObjectNode) new ObjectMapper().readTree(run.resolve("step-00000010/config.json").toFile());
        Files.writeString(copy.resolve("config.json"), TokenizerStamp.of(own).in(config).toString());
        Files.copy(run.resolve("step-00000010/model.safetensors"), copy.resolve("model.safetensors"));
        Tokenizer other = CharTokenizer.fromText(own.decode(IntStream.range(0, own.vocabularySize() - 1).toArray()) + "☃");
        Path file = copy.resolve(TrainedModel.TOKENIZER_FILE);
        other.save(file);

        assertThat(sample(copy)).isEqualTo(2);
        assertThat(program.err()).isEqualTo("error: " + file + ": is " + TokenizerStamp.of(other) + ", the model was trained with "
                + TokenizerStamp.of(own) + "; put the tokenizer.json there that the model was trained with" + System.lineSeparator());
        own.save(file);
        assertThat(sample(copy)).isZero();
    }

    @Test
    void aReaderThatHasEnoughEndsTheTextWithoutAnError() throws IOException {
        assertThat(new SampleJob(failing("Broken pipe")).run(request())).isZero();
    }

    @Test
    void aFullDiskIsAFailure() {
        assertThatThrownBy(() -> new SampleJob(failing("No space left on device")).run(request()))
                .hasMessageContaining("No space left on device");
    }

    private SampleCommand.Request request() {
        return new SampleCommand.Request(run, new PromptOptions.Source("", null, false),
                new StrategyOptions.Strategy(Penalties.NONE, Optional.of(Warping.NONE), Optional.empty()), 5, 1, 1, List.of(), true, false,
                new Engine(1, Engine.Kernels.SCALAR));
    }

    private static OutputStream failing(String reason) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
    }

    private String text(Path from, String... options) {
        program.clear();
        assertThat(sample(from, options)).as(program.err()).isZero();
        return program.out();
    }

    private int sample(Path from, String... options) {
        List<String> args = new ArrayList<>(List.of("sample", from.toString(), "--kernels=scalar", "--tokens=" + TOKENS));
        args.addAll(List.of(options));
        return program.run(args.toArray(String[]::new));
    }

    private void save(long step, long seed, String alphabet, boolean best) {
        Tokenizer tokenizer = CharTokenizer.fromText(alphabet);
        Gpt gpt = new Gpt(new GptConfig(tokenizer.vocabularySize(), BLOCK, 1, 2, 8, 0, true, Activation.GELU,
                Position.LEARNED, true, 1e-5), new Rng(seed));
        CheckpointContents contents = new CheckpointContents(ModelFiles.weights(gpt), List.of(), ModelFiles.configJson(gpt),
                new ObjectMapper().createObjectNode(), Map.of(TrainedModel.TOKENIZER_FILE, tokenizer::save));
        try (RunLock lock = RunLock.acquire(run)) {
            new CheckpointStore(lock, 5).save(step, contents, best);
        }
    }
}
