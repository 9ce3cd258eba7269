package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What evaluate measures is what training reports. */
final class EvaluateCommandTest {

    @TempDir
    Path directory;

    private Program program;
    private Path text;

    @BeforeEach
    void writeText() throws IOException {
        program = new Program(directory.resolve("sets"));
        text = Files.writeString(directory.resolve("text.txt"),
                "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        assertThat(program.run("prepare", "--input", text.toString(), "--out", directory.resolve("data").toString(),
                "--tokenizer", "char")).as(program.err()).isZero();
    }

    @Test
    void theWholeSplitAndRandomBatchesGiveTheFiguresOfTrainingToTheLastDigit() throws IOException {
        for (int iters : new int[] {0, 3}) {
            Path run = train(iters);
            JsonNode trained = lastEvaluation(run);
            String sampled = iters == 0 ? "--split=val" : "--iters=" + iters;
            JsonNode val = evaluate(run, "--data", data(), sampled);
            assertThat(val.get("loss").asDouble()).isEqualTo(trained.get("val_loss").asDouble());
            assertThat(val.get("bits_per_byte").asDouble()).isEqualTo(trained.get("val_bits_per_byte").asDouble());
            if (iters > 0) {
                JsonNode train = evaluate(run, "--data", data(), sampled, "--split=train");
                assertThat(train.get("loss").asDouble()).isEqualTo(trained.get("train_loss").asDouble());
            }
        }
    }

    @Test
    void aTextIsReadWithTheModelsTokenizerAndMoreContextLowersTheLoss() throws IOException {
        Path run = train(0);
        JsonNode apart = evaluate(run, "--data", text.toString());
        assertThat(apart.get("tokens").asLong()).isEqualTo(Files.size(text) - 1);
        assertThat(apart.get("bits_per_byte95").asDouble()).isPositive();
        assertThat(apart.get("bits_per_byte").asDouble())
                .isEqualTo(apart.get("loss").asDouble() * (1 / Math.log(2)));
        JsonNode overlapping = evaluate(run, "--data", text.toString(), "--stride=1");
        assertThat(overlapping.get("tokens").asLong()).isEqualTo(Files.size(text) - 1);
        assertThat(overlapping.get("loss").asDouble()).isNotEqualTo(apart.get("loss").asDouble());
    }

    @Test
    void wrongInputCostsALine() throws IOException {
        Path run = train(0);
        assertRefused("--data: nowhere: no such file", run, "--data", "nowhere");
        assertRefused("--stride: found 9, expected a whole number between 1 and 8", run, "--data", data(),
                "--stride=9");
        assertRefused("--iters: found beside --stride", run, "--data", data(), "--stride=2", "--iters=2");
        Path one = Files.writeString(directory.resolve("one.txt"), "t");
        assertRefused("found 1 token, expected at least 2", run, "--data", one.toString());
        Path other = directory.resolve("bpe");
        assertThat(program.run("prepare", "--input", text.toString(), "--out", other.toString(), "--tokenizer", "bpe",
                "--vocab-size", "260")).isZero();
        assertRefused("was prepared with another tokenizer", run, "--data", other.toString());
    }

    private void assertRefused(String line, Path run, String... args) {
        assertThat(execute(run, args)).isEqualTo(2);
        assertThat(program.err()).startsWith("error: ").contains(line).hasLineCount(1);
    }

    private JsonNode evaluate(Path run, String... args) throws IOException {
        String[] all = Arrays.copyOf(args, args.length + 1);
        all[args.length] = "--json";
        assertThat(execute(run, all)).as(program.err()).isZero();
        return Json.MAPPER.readTree(program.out());
    }

    private int execute(Path run, String... args) {
        program.clear();
        List<String> command = new ArrayList<>(List.of("evaluate", run.toString(), "--kernels=scalar"));
        command.addAll(List.of(args));
        return program.run(command.toArray(String[]::new));
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private Path train(int evalIters) throws IOException {
        Path run = directory.resolve("run-" + evalIters);
        Path config = Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8}
                train: {max_iters: 4, batch_size: 3, eval_interval: 2, checkpoint_interval: 2, sample_chars: 0}
                """);
        assertThat(program.run(config.toString(), "--data.dir=" + data(), "--run.out=" + run, "--kernels=scalar",
                "--train.eval_iters=" + evalIters, "--no-probe")).as(program.err()).isZero();
        return run;
    }

    /** Of the best checkpoint, which evaluate opens: here the last. */
    private static JsonNode lastEvaluation(Path run) throws IOException {
        JsonNode last = null;
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            JsonNode event = Json.MAPPER.readTree(line);
            last = event.get("event").asText().equals("eval") ? event : last;
        }
        assertThat(run.resolve("best").toRealPath()).isEqualTo(run.resolve("latest").toRealPath());
        return last;
    }
}
