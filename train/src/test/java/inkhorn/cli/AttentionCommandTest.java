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
import inkhorn.nn.Bigram;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.LanguageModel;
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
import org.junit.jupiter.params.provider.CsvSource;

final class AttentionCommandTest {

    private static final Tokenizer TOKENIZER = CharTokenizer.fromText("\n \"abcde");

    private final Program program = new Program();

    @TempDir
    private Path run;

    @BeforeEach
    void saveAModel() {
        save(10, new Gpt(GptConfig.defaults().withVocabSize(TOKENIZER.vocabSize()).withBlockSize(16)
                .withNLayer(2).withNHead(2).withNEmbd(8).withBias(true),
                new Rng(1)));
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theTableShowsTheFourStagesOfTheHead() {
        assertThat(attention("abc", "--layer=1", "--head=1")).as(program.err()).isZero();
        assertThat(program.out()).contains("layer 1, head 1", "1. scores: q · k / √4", "2. masked", "-inf",
                "3. softmax", "4. weighted values");
        assertThat(program.out().lines().filter(line -> line.startsWith("\"a\""))).hasSize(4);
        assertThat(program.out().lines().filter(line -> line.matches("\"a\"\\s+1\\.000\\s+\\.\\s+\\."))).hasSize(1);
    }

    @Test
    void ofALongTextTheRowsShownStillAddUpToOne() {
        assertThat(attention("abcdeabcdeab\ncde")).isZero();
        assertThat(program.out()).contains("the last 10 of 16 positions", "0-5", "\"\\n\"");
        List<String> rows = program.out().lines().dropWhile(line -> !line.startsWith("3.")).skip(2).limit(10).toList();
        assertThat(rows)
                .allSatisfy(row -> assertThat(Arrays.stream(row.substring(4).trim().split("\\s+"))
                .filter(cell -> !cell.equals(".")).mapToDouble(Double::parseDouble).sum()).isCloseTo(1, within(0.006)));
    }

    @Test
    void jsonHoldsEveryHeadAndTheStagesThatTheTableShows() throws IOException {
        assertThat(attention("ab\"c", "--json")).isZero();
        JsonNode all = new ObjectMapper().readTree(program.out());
        assertThat(all.get("heads")).hasSize(4);
        JsonNode head = all.get("heads").get(3);
        assertThat(head.get("masked").get(0).get(1).isNull()).isTrue();
        assertThat(head.get("scores").get(0).get(1).isNumber()).isTrue();
        double product = 0;
        for (int k = 0; k < 4; k++) {
            product += head.get("weights").get(3).get(k).asDouble() * head.get("values").get(k).get(2).asDouble();
        }
        assertThat(head.get("output").get(3).get(2).asDouble()).isCloseTo(product, within(1e-6));
        assertThat(all.get("next").get(3).get("top")).hasSize(TOKENIZER.vocabSize());
    }

    @Test
    void csvHoldsOneRecordALineForTheChosenHead() {
        assertThat(attention("a\"\nb", "--csv", "--head=1")).isZero();
        List<String> lines = program.out().lines().toList();
        // Two layers, three stages of 4 x 4 and one of 4 x 4 channels.
        assertThat(lines).hasSize(1 + 2 * 4 * 16).startsWith("layer,head,stage,position,token,column,value");
        assertThat(lines).anyMatch(line -> line.startsWith("1,1,softmax,2,\"\"\"\\n\"\"\",0,0."))
                .contains("0,1,masked,0,\"\"\"a\"\"\",3,-Infinity");
    }

    @Test
    void aPageIsWrittenAndNamed() throws IOException {
        Path page = run.resolve("page.html");
        assertThat(attention("abc", "--html=" + page)).isZero();
        assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").doesNotContain(run.getParent().toString());
        assertThat(program.out()).isEqualTo("wrote " + page + ": open it in a browser\n");
    }

    @ParameterizedTest
    @CsvSource({"--layer=2, '--layer: found 2, the model has 2, numbered from 0; allowed are 0 to 1'",
        "--head=7, '--head: found 7, the model has 2, numbered from 0; allowed are 0 to 1'",
                "--layer=-1, --layer: found -1",
        "--head=first, --head: found first", "--prompt=, --prompt: found nothing",
        "--prompt=abcdeabcdeabcdeab, 'found 17 tokens, the model sees at most 16'",
        "--prompt=z, 'z'"})
    void whatCannotBeShownIsOneLineAndExitCode2(String option, String line) {
        int code = option.startsWith("--prompt") ? program.run("attention", run.toString(), "--kernels=scalar", option)
                : attention("ab", option);
        assertThat(code).isEqualTo(2);
        assertThat(program.err().lines()).singleElement().asString().startsWith("error: ").contains(line);
        assertThat(program.out()).isEmpty();
    }

    @Test
    void twoFormatsAtOnceAreRefused() {
        assertThat(attention("ab", "--csv", "--json")).isEqualTo(2);
        assertThat(program.err().lines()).singleElement().asString().contains("--csv and --json");
    }

    @Test
    void aFileThatCannotBeWrittenIsAFailure() {
        assertThat(attention("ab", "--html", run.resolve("nowhere/page.html").toString())).isEqualTo(1);
        assertThat(program.err().lines()).singleElement().asString().contains("nowhere");
    }

    @Test
    void aModelWithoutAttentionIsRefused() {
        save(20, new Bigram(TOKENIZER.vocabSize(), 16));
        assertThat(attention("ab")).isEqualTo(2);
        assertThat(program.err().lines()).singleElement().asString().contains("bigram");
    }

    private int attention(String prompt, String... options) {
        List<String> args = new ArrayList<>(List.of("attention", run.toString(), "--kernels=scalar",
                "--prompt", prompt));
        args.addAll(List.of(options));
        return program.run(args.toArray(String[]::new));
    }

    private void save(long step, LanguageModel model) {
        CheckpointContents contents = new CheckpointContents(ModelFiles.weights(model), List.of(),
                ModelFiles.configJson(model),
                new ObjectMapper().createObjectNode(), Map.of("tokenizer.json", TOKENIZER::save));
        try (RunLock lock = RunLock.acquire(run)) {
            new CheckpointStore(lock, 5).save(step, contents, true);
        }
    }
}
