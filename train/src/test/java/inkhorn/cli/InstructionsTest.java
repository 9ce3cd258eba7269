package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import inkhorn.autograd.IntTensor;
import inkhorn.autograd.NoGrad;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.data.files.Json;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Pass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on prompts and completions, from the file to the evaluation. */
final class InstructionsTest {

    private static final String LINES = IntStream.range(0, 60)
            .mapToObj(i -> "{\"prompt\": \"" + i + " plus " + i % 3 + " is \", \"completion\": \"" + (i + i % 3)
                    + ".\"}\n")
            .collect(Collectors.joining());

    @TempDir
    Path directory;

    private Program program;
    private Path lines;
    private Path config;

    @BeforeEach
    void writeLines() throws IOException {
        program = new Program(directory.resolve("sets"));
        lines = Files.writeString(directory.resolve("sums.jsonl"), LINES);
        config = Files.writeString(directory.resolve("small.yaml"), """
                data: {format: instructions}
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 32, dropout: 0.1}
                train: {max_iters: 6, batch_size: 3, grad_accum: 2, eval_interval: 6, eval_iters: 0, log_interval: 1,
                        checkpoint_interval: 3, sample_chars: 4}
                optim: {lr: 0.01, warmup_iters: 0, lr_decay_iters: 6}
                """);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theValidationLossIsTheMeanOverTheCompletionsTokensComputedByHand() throws IOException {
        Path run = directory.resolve("run");
        assertThat(train(run, "--data.path=" + lines)).as(program.err()).isZero();
        assertThat(program.out()).containsPattern("examples \\d\\d \\+ \\d+, of whose tokens")
                .contains("steps    6 of 6 examples in rows of 16 tokens each");
        double sum = 0;
        long counted = 0;
        TrainedModel trained = TrainedModel.open(run);
        Tokenizer tokenizer = trained.tokenizer();
        JsonNode manifest = manifest();
        for (String line : validationLines(manifest)) {
            JsonNode pair = Json.MAPPER.readTree(line);
            int[] prompt = tokenizer.encode(pair.get("prompt").asText());
            int[] ids = tokenizer.encode(pair.get("prompt").asText() + pair.get("completion").asText() + "\n");
            try (NoGrad off = NoGrad.open()) {
                Tensor logits = trained.model().logits(IntTensor.of(ids, 1, ids.length), Pass.evaluation());
                for (int t = prompt.length; t < ids.length; t++) {
                    sum -= logProbability(logits, tokenizer.vocabSize(), t - 1, ids[t]);
                    counted++;
                }
            }
        }
        JsonNode evaluation = lastEvaluation(run);
        assertThat(evaluation.get("val_loss").asDouble()).isCloseTo(sum / counted, within(1e-6));
        assertThat(manifest.at("/examples/val/completion_tokens").asLong()).isEqualTo(counted);
        long bytes = counted;       // every character is a byte and a token
        assertThat(evaluation.get("val_bits_per_byte").asDouble())
                .isCloseTo(evaluation.get("val_loss").asDouble() * counted / bytes / Math.log(2), within(1e-12));
    }

    private static double logProbability(Tensor logits, int vocabulary, int position, int id) {
        double sum = 0;
        for (int v = 0; v < vocabulary; v++) {
            sum += Math.exp(logits.data()[position * vocabulary + v]);
        }
        return logits.data()[position * vocabulary + id] - Math.log(sum);
    }

    @Test
    void aResumeOnOtherThreadsGivesTheSameBitsAndTheEvaluationTheSameFigure() throws IOException {
        Path data = directory.resolve("data");
        assertThat(program.run("prepare", "--format", "instructions", "--input", lines.toString(), "--out",
                data.toString(), "--tokenizer", "char")).as(program.err()).isZero();
        Path straight = directory.resolve("straight");
        Path stopped = directory.resolve("stopped");
        String warmUp = "--train.batch_warmup_iters=4";
        assertThat(train(straight, "--data.dir=" + data, warmUp)).as(program.err()).isZero();
        assertThat(train(stopped, "--data.dir=" + data, warmUp, "--train.max_iters=3")).isZero();
        assertThat(train(stopped, "--data.dir=" + data, warmUp, "--resume")).as(program.err()).isZero();
        assertThat(stopped.resolve("latest/model.safetensors"))
                .hasSameBinaryContentAs(straight.resolve("latest/model.safetensors"));
        program.clear();
        assertThat(program.run("evaluate", straight.resolve("latest").toString(), "--data", data.toString(),
                "--kernels=scalar", "--json")).as(program.err()).isZero();
        JsonNode measured = Json.MAPPER.readTree(program.out());
        assertThat(measured.get("loss").asDouble()).isEqualTo(lastEvaluation(straight).get("val_loss").asDouble());
        assertThat(measured.get("bits_per_byte").asDouble())
                .isEqualTo(lastEvaluation(straight).get("val_bits_per_byte").asDouble());
        // Of the file itself: all examples.
        program.clear();
        assertThat(program.run("evaluate", straight.toString(), "--data", lines.toString(), "--format=instructions",
                "--kernels=scalar", "--json")).as(program.err()).isZero();
        assertThat(Json.MAPPER.readTree(program.out()).get("tokens").asLong())
                .isEqualTo(LINES.lines().mapToLong(line -> line.replaceAll(".*: \"|\"}", "").length() + 1).sum());
    }

    @Test
    void wrongInputCostsALine() throws IOException {
        assertRefused("found instructions without data.path");
        assertRefused("sums.txt: is no .jsonl or .ndjson file",
                "--data.path=" + Files.writeString(directory.resolve("sums.txt"), LINES));
        assertRefused("more.jsonl: line 2 has no field \"prompt\"; ", "--data.path="
                + Files.writeString(directory.resolve("more.jsonl"), LINES.lines().findFirst().orElseThrow()
                + "\n{\"completion\": \"7\"}\n"));
        assertRefused("the prompt of each of the", "--data.path=" + lines, "--model.block_size=3");
        Path run = directory.resolve("run");
        assertThat(train(run, "--data.path=" + lines, "--model.block_size=13")).isZero();
        assertThat(program.out()).contains("WARNING  of 60 examples, 60 are longer than model.block_size 13")
                .contains("lose the end of their completion; 0 are left out");
        program.clear();
        assertThat(program.run("evaluate", run.toString(), "--data", lines.toString(), "--stride=2")).isEqualTo(2);
        assertThat(program.err()).startsWith("error: --stride: found with instructions").hasLineCount(1);
        program.clear();
        assertThat(program.run("evaluate", run.toString(), "--data", lines.toString(), "--format=text")).isEqualTo(2);
        assertThat(program.err()).contains("give --format instructions").hasLineCount(1);
    }

    @Test
    void inspectDataShowsWhatIsLearned() {
        Path data = directory.resolve("data");
        assertThat(program.run("prepare", "--format", "instructions", "--input", lines.toString(), "--out",
                data.toString(), "--tokenizer", "char")).as(program.err()).isZero();
        assertThat(program.out()).containsPattern("completions \\d+ tokens for training");
        program.clear();
        assertThat(program.run("inspect-data", data.toString(), "--block-size=15")).as(program.err()).isZero();
        assertThat(program.out()).contains("not learned");
    }

    private void assertRefused(String part, String... args) {
        program.clear();
        assertThat(train(directory.resolve("refused"), args)).isEqualTo(2);
        assertThat(program.err()).startsWith("error: ").contains(part).hasLineCount(1);
        assertThat(directory.resolve("refused")).doesNotExist();
    }

    private int train(Path run, String... more) {
        List<String> args = new ArrayList<>(List.of(config.toString(), "--kernels=scalar", "--no-probe",
                "--run.out=" + run));
        args.addAll(List.of(more));
        return program.run(args.toArray(String[]::new));
    }

    private JsonNode manifest() throws IOException {
        try (var files = Files.walk(directory.resolve("sets"))) {
            Path found = files.filter(file -> file.endsWith("manifest.json")).findFirst().orElseThrow();
            return Json.MAPPER.readTree(Files.readAllBytes(found));
        }
    }

    /** SplitMix64 by hand, as docs/data.md says: whole documents by a draw of seed and number. */
    private static List<String> validationLines(JsonNode manifest) {
        List<String> all = LINES.lines().toList();
        List<String> val = IntStream.range(0, all.size()).filter(i -> draw(1337, i) < 0.1).mapToObj(all::get).toList();
        assertThat(manifest.at("/val/documents").asInt()).isEqualTo(val.size());
        return val;
    }

    private static double draw(long seed, long document) {
        long z = seed + (document + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1.0p-53;
    }

    private static JsonNode lastEvaluation(Path run) throws IOException {
        JsonNode last = null;
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            JsonNode event = Json.MAPPER.readTree(line);
            last = event.get("event").asText().equals("eval") ? event : last;
        }
        return last;
    }
}
