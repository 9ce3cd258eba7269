package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.autograd.Rng;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.CheckpointContents;
import inkhorn.checkpoint.CheckpointStore;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.RunLock;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code describe}, {@code explain} and {@code neighbours}. */
final class InspectCommandsTest {

    private static final String ALPHABET = "\n abcdé😀";
    private static final int BLOCK = 16;
    private static final String GPT2 = (Files.isDirectory(Path.of("configs")) ? "" : "../") + "configs/gpt2.yaml";

    private final Program program = new Program();

    @TempDir
    private Path run;
    private Gpt gpt;
    private Tokenizer tokenizer;

    @BeforeEach
    void saveARun() {
        tokenizer = CharTokenizer.fromText(ALPHABET);
        gpt = new Gpt(GptConfig.defaults().withVocabSize(tokenizer.vocabSize()).withBlockSize(BLOCK)
                .withNLayer(1).withNHead(2).withNEmbd(8).withBias(true),
                new Rng(1));
        float[] table = gpt.tokenTable().data();
        for (int i = 0; i < table.length; i++) {
            table[i] *= 60;     // else every token is about as likely as every other
        }
        CheckpointContents contents = new CheckpointContents(ModelFiles.weights(gpt), List.of(),
                ModelFiles.configJson(gpt),
                new ObjectMapper().createObjectNode(), Map.of(TrainedModel.TOKENIZER_FILE, tokenizer::save));
        try (RunLock lock = RunLock.acquire(run)) {
            new CheckpointStore(lock, 5).save(1, contents, true);
        }
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void gpt2IsDescribedToTheLastParameterWithoutItsMemory() throws IOException {
        JsonNode json = json("describe", GPT2, "--batch=2x4");
        assertThat(json.at("/parameter_count").longValue()).isEqualTo(124_439_808);
        assertThat(json.at("/vocabulary/size").intValue()).isEqualTo(50_257);
        assertThat(json.at("/vocabulary/is_assumed").booleanValue()).isFalse();
        assertThat(json.at("/memory_bytes/moments").longValue()).isEqualTo(8L * 124_439_808);
        assertThat(json.at("/walk/0/shape").toString()).isEqualTo("[2,4]");
        assertThat(json.at("/walk/1/shape").toString()).isEqualTo("[2,4,768]");
        assertThat(json.at("/walk").get(json.at("/walk").size() - 1).at("/shape").toString()).isEqualTo("[2,4,50257]");
        // nanoGPT's estimate_mfu: 6N + 12·L·H·Q·T.
        double convention = 6.0 * (124_439_808 - 1024 * 768) + 12.0 * 12 * 12 * 64 * 1024;
        assertThat(json.at("/flops_per_token").doubleValue()).isBetween(0.999 * convention, convention);
    }

    @Test
    void theTextHasTotalsAndTheCsvEveryRow() {
        assertThat(text("describe", GPT2, "--batch=2x4")).contains("vocabulary of 50,257 (tokenizer gpt2)",
                "total: 124,439,808 parameters",
                "transformer.h.11.mlp.c_proj.weight", "(3072, 768)", "2,359,296", "(2, 12, 4, 64)", "(2, 4, 50257)");
        List<String> csv = text("describe", GPT2, "--csv").lines().toList();
        assertThat(csv).hasSize(149).startsWith("name,shape,count,meaning")
                .contains("transformer.wte.weight,\"(50257, 768)\",38597376,\"token embedding, and the head\"");
    }

    @Test
    void aCheckpointIsDescribedToo() throws IOException {
        JsonNode json = json("describe", run.toString());
        assertThat(json.at("/parameter_count").longValue()).isEqualTo(gpt.parameterCount());
        assertThat(json.at("/batch").toString()).isEqualTo("{\"sequences\":1,\"tokens\":16}");
        assertThat(program.run("describe", run.toString(), "--batch=2x17")).isEqualTo(2);
        assertThat(program.err())
                .isEqualTo("error: --batch: found 17 tokens, expected at most the model's block_size of 16"
                + System.lineSeparator());
    }

    @Test
    void aVocabularyThatIsNotKnownYetIsSaidToBeAssumed(@TempDir Path directory) throws IOException {
        String config = Files.writeString(directory.resolve("my.yaml"), "model: {n_embd: 12}\n").toString();
        assertThat(text("describe", config))
                .contains("vocabulary of 65 assumed (the characters of the published tiny-shakespeare");
        assertThat(text("describe", config, "--vocab-size=80")).contains("vocabulary of 80 (as --vocab-size says)");
        Path play = Files.writeString(directory.resolve("play.txt"), "abcabc".repeat(20));
        String own = Files.writeString(directory.resolve("own.yaml"), "data: {path: '" + play + "'}\n").toString();
        assertThat(text("describe", own)).contains("vocabulary of 3 (the characters of " + play);
        String bpe = Files.writeString(directory.resolve("bpe.yaml"), "data: {tokenizer: bpe, vocab_size: 700}\n")
                .toString();
        assertThat(text("describe", bpe))
                .contains("vocabulary of 700 assumed (the most that the tokenizer bpe is to learn");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--seed=1", "--seed=2 --temperature=1.7 --top-k=0",
        "--seed=3 --top-p=0.6 --top-k=5", "--greedy",
        "--temperature=0", "--seed=4 --repetition-penalty=1.5 --min-p=0.02 --no-repeat-ngram=3"})
    void explainWritesWhatSampleWritesAlsoBeyondTheBlock(String options) throws IOException {
        String[] more = (options + " --tokens=30 --kernels=scalar --prompt=abc").split(" ");
        String sampled = text(with(more, "sample", run.toString()));
        JsonNode explained = json(with(more, "explain", run.toString(), "--top=3"));
        assertThat("abc" + explained.at("/text").textValue() + "\n").isEqualTo(sampled);
        assertThat(explained.at("/steps")).hasSize(30).allMatch(step -> step.at("/candidates").size() >= 3)
                .allMatch(step -> chosen(step).at("/after_top_k_top_p").doubleValue() > 0);
    }

    @Test
    void theStagesAreThoseOfTheDefinitions() throws IOException {
        double temperature = 0.5;
        JsonNode step = json("explain", run.toString(), "--prompt=ab", "--tokens=1", "--top=99",
                "--temperature=0.5", "--top-k=3",
                "--kernels=scalar").at("/steps/0");
        JsonNode candidates = step.at("/candidates");
        assertThat(candidates).hasSize(tokenizer.vocabSize());
        double[] logits = column(candidates, "logit");
        assertThat(logits).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(column(candidates, "probability")).containsExactly(softmax(logits, 1, logits.length), within(1e-12));
        assertThat(column(candidates, "after_temperature")).containsExactly(softmax(logits, temperature, logits.length),
                within(1e-12));
        assertThat(column(candidates, "after_top_k_top_p")).containsExactly(softmax(logits, temperature, 3),
                within(1e-12));
        assertThat(chosen(step).at("/id")).isEqualTo(step.at("/id"));
    }

    private static JsonNode chosen(JsonNode step) {
        List<JsonNode> chosen = new ArrayList<>();
        step.at("/candidates")
                .forEach(row -> chosen.addAll(row.at("/chosen").booleanValue() ? List.of(row) : List.of()));
        assertThat(chosen).hasSize(1);
        return chosen.get(0);
    }

    @Test
    void spacesAndLineBreaksCanBeSeen() {
        assertThat(text("explain", run.toString(), "--top=99", "--tokens=2", "--kernels=scalar"))
                .contains("\"\\n\"", "\" \"", "\"😀\"",
                "after temperature", "after top-k/top-p", "token 1, after 1: ", "token 2, after 2: ");
        assertThat(text("explain", run.toString(), "--top=3", "--tokens=2", "--csv", "--kernels=scalar").lines()
                .findFirst().orElseThrow())
                .isEqualTo("step,candidate,id,logit,probability,after temperature,after top-k/top-p,chosen");
    }

    @Test
    void neighboursAreTheNearestByCosine() throws IOException {
        int channels = 8;
        int a = tokenizer.encode("a")[0];
        int c = tokenizer.encode("c")[0];
        int d = tokenizer.encode("d")[0];
        JsonNode json = json("neighbours", run.toString(), "--token=a", "--top=99");
        JsonNode rows = json.at("/neighbours");
        assertThat(rows).hasSize(tokenizer.vocabSize() - 1).noneMatch(row -> row.at("/id").intValue() == a);
        assertThat(column(rows, "cosine")).isSortedAccordingTo((x, y) -> Double.compare(y, x));
        for (int other : new int[] {c, d}) {
            assertThat(rows).filteredOn(row -> row.at("/id").intValue() == other).singleElement().satisfies(row ->
                    assertThat(row.at("/cosine").doubleValue())
                            .isCloseTo(cosine(gpt.tokenTable().data(), a, other, channels), within(1e-9)));
        }
        assertThat(text("neighbours", run.toString(), "--token=a", "--top=2")).contains("nearest to \"a\", token " + a);
    }

    @Test
    void aTextThatIsNotOneTokenIsOneLine() {
        assertThat(program.run("neighbours", run.toString(), "--token=ab")).isEqualTo(2);
        assertThat(program.err())
                .isEqualTo("error: --token: found \"ab\", which is 2 tokens: \"a\" \"b\"; expected a text that is one"
                + " token of the" + " char tokenizer" + System.lineSeparator());
    }

    private static double cosine(float[] table, int a, int b, int channels) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < channels; i++) {
            ab += (double) table[a * channels + i] * table[b * channels + i];
            aa += (double) table[a * channels + i] * table[a * channels + i];
            bb += (double) table[b * channels + i] * table[b * channels + i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    /** Of the first {@code kept}, the largest; 0 for the others. */
    private static double[] softmax(double[] logits, double temperature, int kept) {
        double[] weights = Arrays.stream(logits).map(logit -> Math.exp((logit - logits[0]) / temperature)).toArray();
        double total = Arrays.stream(weights, 0, kept).sum();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i < kept ? weights[i] / total : 0;
        }
        return weights;
    }

    private static double[] column(JsonNode rows, String name) {
        double[] values = new double[rows.size()];
        Arrays.setAll(values, i -> rows.get(i).get(name).doubleValue());
        return values;
    }

    private JsonNode json(String... args) throws IOException {
        return new ObjectMapper().readTree(text(with(new String[] {"--json"}, args)));
    }

    private String text(String... args) {
        program.clear();
        assertThat(program.run(args)).as(program.err()).isZero();
        return program.out();
    }

    private static String[] with(String[] more, String... args) {
        String[] all = Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return all;
    }
}
