package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.CheckpointContents;
import inkhorn.checkpoint.CheckpointStore;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.RunLock;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.data.tokenizer.word.WordTokenizer;
import inkhorn.generate.TokenizerStamp;
import inkhorn.generate.TrainedModel;
import inkhorn.generate.WritingOptions;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SampleCommandTest {

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
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
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
        Tokenizer other = CharTokenizer.fromText(own.decode(IntStream.range(0, own.vocabSize() - 1).toArray()) + "☃");
        Path file = copy.resolve(TrainedModel.TOKENIZER_FILE);
        other.save(file);

        assertThat(sample(copy)).isEqualTo(2);
        assertThat(program.err()).isEqualTo("error: " + file + ": is " + TokenizerStamp.of(other)
                + ", the model was trained with "
                + TokenizerStamp.of(own) + "; put the tokenizer.json there that the model was trained with"
                + System.lineSeparator());
        own.save(file);
        assertThat(sample(copy)).isZero();
    }

    @Test
    void aProgramStreamsWhatSampleWrites() {
        String expected = text(run, "--prompt", "é");
        StringBuilder streamed = new StringBuilder();
        TrainedModel.open(run).stream("é", WritingOptions.DEFAULTS.withTokens(TOKENS), streamed::append);
        assertThat("é" + streamed + "\n").isEqualTo(expected);
    }

    @Test
    void noPartOfAStopStringIsShown() throws IOException {
        String whole = text(run, "--seed=3");
        int from = whole.offsetByCodePoints(0, 10);
        String stop = whole.substring(from, whole.offsetByCodePoints(from, 3));
        String before = whole.substring(0, whole.indexOf(stop));
        assertThat(text(run, "--seed=3", "--stop", "never", "--stop", stop)).isEqualTo(before + "\n");
        JsonNode object = json("--seed=3", "--stop", stop).get(0);
        assertThat(object.get("finish_reason").asText()).isEqualTo("stop");
        assertThat(object.get("text").asText()).isEqualTo(before);
        assertThat(object.get("token_ids")).hasSize(before.codePointCount(0, before.length()) + 3);
    }

    @Test
    void aPromptMayComeFromAFileOrFromStandardInput() throws IOException {
        String expected = text(run, "--prompt", "é😀\nb\n");
        Path file = Files.writeString(run.resolve("prompt.txt"), "é😀\nb\n");
        assertThat(text(run, "--prompt-file", file.toString())).isEqualTo(expected);
        for (String option : List.of("--prompt=-", "--prompt-file=-")) {
            program.clear();
            assertThat(program.runWithInput("é😀\nb\n", "sample", run.toString(), "--kernels=scalar", "--tokens="
                    + TOKENS, option)).isZero();
            assertThat(program.out()).isEqualTo(expected);
        }
        Files.write(file, new byte[] {'a', (byte) 0xff});
        assertThat(sample(run, "--prompt-file", file.toString())).isEqualTo(2);
        assertThat(sample(run, "--prompt-file", "nowhere.txt")).isEqualTo(2);
        assertThat(program.err().lines())
                .containsExactly("error: " + file + ": the prompt is not UTF-8 text; convert it to UTF-8",
                "error: --prompt-file: nowhere.txt: no such file; give a text file, or - for standard input");
    }

    @Test
    void aPromptThatIsTooLargeOrNoFileIsOneLineThatSaysWhatToDo() throws IOException {
        assertThat(sample(run, "--prompt-file", run.toString())).isEqualTo(2);
        assertThat(program.err()).startsWith("error: --prompt-file: " + run + ": ").contains("- for standard input")
                .hasLineCount(1);
        program.clear();
        Path file = Files.write(run.resolve("large.txt"), new byte[(16 << 20) + 1]);
        assertThat(sample(run, "--prompt-file", file.toString())).isEqualTo(2);
        assertThat(program.err()).startsWith("error: --prompt-file: " + file + ": it is larger than 16 MiB")
                .hasLineCount(1);
        program.clear();
        assertThat(program.runWithInput("a".repeat((16 << 20) + 1), "sample", run.toString(), "--kernels=scalar",
                "--prompt=-")).isEqualTo(2);
        assertThat(program.err()).startsWith("error: standard input: the prompt is larger than 16 MiB").hasLineCount(1);
    }

    @Test
    void jsonIsOneObjectATextAndTellsWhatTheTextAlsoSays() throws IOException {
        List<String> texts = List.of(text(run, "--num=3", "--prompt=ab").split("---------------\n"));
        List<JsonNode> objects = json("--num=3", "--prompt=ab");
        Tokenizer tokenizer = Tokenizers.load(run.resolve("best/tokenizer.json"));
        assertThat(objects).hasSize(3);
        for (int i = 0; i < 3; i++) {
            JsonNode object = objects.get(i);
            assertThat("ab" + object.get("text").asText() + "\n").isEqualTo(texts.get(i));
            int[] ids = IntStream.range(0, TOKENS).map(at -> object.get("token_ids").get(at).asInt()).toArray();
            assertThat(tokenizer.decode(ids)).isEqualTo(object.get("text").asText());
            assertThat(object.get("sample").asInt()).isEqualTo(i);
            assertThat(object.get("log_probabilities")).hasSize(TOKENS).allMatch(log -> log.asDouble() < 0);
            assertThat(object.get("finish_reason").asText()).isEqualTo("length");
            assertThat(object.get("timings").get("total_ms").asDouble()).isGreaterThanOrEqualTo(
                    object.get("timings").get("first_token_ms").asDouble());
        }
    }

    @Test
    void aContextThatDoesNotSlideEndsTheText() throws IOException {
        JsonNode object = json("--no-slide", "--prompt=ab").get(0);
        assertThat(object.get("finish_reason").asText()).isEqualTo("context");
        assertThat(object.get("token_ids")).hasSize(BLOCK - 2);
        program.clear();
        assertThat(sample(run, "--no-slide", "--prompt", "a".repeat(BLOCK))).isEqualTo(2);
        assertThat(program.err())
                .isEqualTo("error: --no-slide: the prompt has 16 tokens and the model's context 16, which leaves no"
                + " room;" + " shorten the prompt or leave --no-slide out" + System.lineSeparator());
    }

    @Test
    void beamsComeBestFirstAndAsManyAsAskedFor() throws IOException {
        List<JsonNode> best = json("--beam=4", "--num=3");
        assertThat(best).hasSize(3);
        assertThat(best).extracting(object -> object.get("score").asDouble())
                .isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(text(run, "--beam=4")).isEqualTo(best.get(0).get("text").asText() + "\n");
        assertThat(text(run, "--beam=1")).isEqualTo(text(run, "--greedy")).isEqualTo(text(run, "--temperature=0"));
    }

    @Test
    void theInteractiveLoopGoesOnAfterASlip() {
        program.clear();
        assertThat(program.runWithInput("ab\nxyz\nab!\nba\n", "sample", run.toString(), "--kernels=scalar",
                "--tokens=5", "--interactive")).isZero();
        String shown = program.out();
        program.clear();
        assertThat(program.runWithInput("", "sample", run.toString(), "--kernels=scalar", "--tokens=5", "--prompt=ab"))
                .isZero();
        assertThat(shown).contains("> ", program.out(), "error: ", "'x' (U+0078)", "'!' (U+0021)");
        assertThat(shown.lines().filter(line -> line.contains("error:"))).hasSize(2);
        assertThat(shown.substring(shown.lastIndexOf("error:"))).contains("\nba");
    }

    private List<JsonNode> json(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of("--json"));
        all.addAll(List.of(options));
        List<JsonNode> objects = new ArrayList<>();
        for (String line : text(run, all.toArray(String[]::new)).lines().toList()) {
            objects.add(new ObjectMapper().readTree(line));
        }
        return objects;
    }

    /**
     * A word tokenizer keeps no spaces: the first word's is that of the prompt's continuation, however the tokens are
     * chosen.
     */
    @Test
    void wordsAreNotGluedToThePrompt() throws IOException {
        Tokenizer words = WordTokenizer.train(List.of("one two three four"), 100, 1);
        save(30, 3, words, true);
        for (String option : List.of("--greedy", "--beam=2", "--no-repeat-ngram=1")) {
            String text = text(run, "--prompt=one two", option);
            assertThat(text).startsWith("one two ").doesNotContain("  ");
            assertThat(text(run, "--prompt=one two ", option)).isEqualTo(text);
            assertThat(json("--prompt=one two", option).get(0).get("text").asText())
                    .isEqualTo(text.substring("one two".length(), text.length() - 1));
        }
        program.clear();
        assertThat(program.run("explain", run.toString(), "--kernels=scalar", "--prompt=one two", "--tokens=1",
                "--greedy")).isZero();
        assertThat(program.out()).contains("text: \"one two ");
    }

    @Test
    void statsAreOneLineOnStandardErrorThatCountsWhatWasComputed() {
        String text = text(run, "--prompt=ab", "--num=3");
        // No share where other programs were in the way when the bandwidth was measured.
        String read = ", reads \\d+\\.\\d GB/s(, \\d+ % of the measured \\d+\\.\\d)?";
        String count = "prefill 6 tokens, \\d+ tokens/s; decode " + 3 * (TOKENS - 1)
                + " tokens, [1-9]\\d*\\.\\d tokens/s";
        assertThat(text(run, "--prompt=ab", "--num=3", "--stats")).isEqualTo(text);
        assertThat(program.err()).matches(count + read + "\\R");
        assertThat(text(run, "--prompt=ab", "--num=3", "--stats", "--no-cache")).isEqualTo(text);
        assertThat(program.err()).matches(count + "\\R");
        assertThat(text(run, "--prompt=ab")).isEqualTo(text(run, "--prompt=ab"));
        assertThat(program.err()).isEmpty();
    }

    @Test
    void aReaderThatHasEnoughEndsTheTextWithoutAnError() {
        assertThat(sampleInto(failing("Broken pipe"))).isZero();
        assertThat(program.err()).isEmpty();
    }

    @Test
    void aFullDiskIsAFailure() {
        assertThat(sampleInto(failing("No space left on device"))).isEqualTo(1);
        assertThat(program.err()).contains("No space left on device");
    }

    private int sampleInto(OutputStream out) {
        return program.runInto(out, "sample", run.toString(), "--kernels=scalar", "--tokens=5");
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
        List<String> args = new ArrayList<>(List.of("sample", from.toString(), "--kernels=scalar",
                "--tokens=" + TOKENS));
        args.addAll(List.of(options));
        return program.run(args.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample --seed=1", "sample --greedy", "sample --beam=2", "explain --tokens=1"})
    void damagedWeightsAreTheUsersInputAndNoUnexpectedFailure(String command) {
        Gpt damaged = gpt(CharTokenizer.fromText(ALPHABET), 3);
        damaged.namedParameters().get(0).tensor().data()[0] = Float.NaN;
        save(30, damaged, CharTokenizer.fromText(ALPHABET), true);
        String[] words = command.split(" ");
        assertThat(program.run(words[0], run.toString(), words[1], "--kernels=scalar")).isEqualTo(2);
        assertThat(program.err().lines()).singleElement().asString().startsWith("error: ")
                .contains("NaN", "weights are damaged", "earlier checkpoint").doesNotContain("unexpected");
    }

    private void save(long step, long seed, String alphabet, boolean best) {
        save(step, seed, CharTokenizer.fromText(alphabet), best);
    }

    private void save(long step, long seed, Tokenizer tokenizer, boolean best) {
        save(step, gpt(tokenizer, seed), tokenizer, best);
    }

    private static Gpt gpt(Tokenizer tokenizer, long seed) {
        return new Gpt(GptConfig.defaults().withVocabSize(tokenizer.vocabSize()).withBlockSize(BLOCK)
                .withNLayer(1).withNHead(2).withNEmbd(8).withBias(true), new Rng(seed));
    }

    private void save(long step, Gpt gpt, Tokenizer tokenizer, boolean best) {
        CheckpointContents contents = new CheckpointContents(ModelFiles.weights(gpt), List.of(),
                ModelFiles.configJson(gpt),
                new ObjectMapper().createObjectNode(), Map.of(TrainedModel.TOKENIZER_FILE, tokenizer::save));
        try (RunLock lock = RunLock.acquire(run)) {
            new CheckpointStore(lock, 5).save(step, contents, best);
        }
    }
}
