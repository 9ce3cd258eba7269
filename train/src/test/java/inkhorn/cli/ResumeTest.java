package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointContents;
import inkhorn.checkpoint.CheckpointContents.FileWriter;
import inkhorn.checkpoint.CheckpointStore;
import inkhorn.checkpoint.ModelFiles;
import inkhorn.checkpoint.RunLock;
import inkhorn.checkpoint.Safetensors;
import inkhorn.checkpoint.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are gone on with: on which data, and from which of their checkpoints. */
final class ResumeTest {

    private static final String TEXT = "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40);

    @TempDir
    Path directory;

    private Program program;
    private Path run;
    private Path text;

    @BeforeEach
    void writeConfigAndText() throws IOException {
        program = new Program(directory.resolve("sets"));
        run = directory.resolve("run");
        text = Files.writeString(directory.resolve("text.txt"), TEXT);
        Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8, dropout: 0.1}
                train: {max_iters: 8, batch_size: 2, eval_interval: 2, eval_iters: 2, log_interval: 1,
                        checkpoint_interval: 2,
                        sample_chars: 0, keep: 9}
                optim: {warmup_iters: 2, lr_decay_iters: 8}
                """);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void aTextThatChangedWithinItsAlphabetIsRefusedNamingBothAndNothingIsLost() throws IOException {
        assertThat(train("--train.max_iters=4")).isZero();
        List<String> losses = losses(run);
        Files.writeString(text, TEXT.replaceFirst("twelve", "twenty") + "said the clerk.\n");
        program.clear();
        assertThat(train("--resume")).isEqualTo(2);
        assertThat(program.err())
                .matches("error: cannot resume " + run + "/step-00000004 with other data: the training split is"
                + " 1,8\\d\\d tokens \\(sha256 [0-9a-f]{12}\\), not 1,800 tokens \\(sha256 [0-9a-f]{12}\\); the"
                + " validation split is .*;"
                + " give the same text and data.val_fraction, or go on with --resume --data-changed\n");
        assertThat(losses(run)).isEqualTo(losses);
    }

    @Test
    void dataThatTheUserKnowsToHaveChangedAreTrainedOnAndThenTheRunsOwn() throws IOException {
        assertThat(train("--train.max_iters=4")).isZero();
        Files.writeString(text, TEXT.replaceFirst("twelve", "twenty"));
        program.clear();
        assertThat(train("--resume", "--data-changed", "--train.max_iters=6")).isZero();
        assertThat(program.out()).contains("note: resuming with other data: the training split is",
                "going on from step 4")
                .doesNotContain("validation losses do not compare");
        program.clear();
        assertThat(train("--resume")).isZero();
        assertThat(program.out()).contains("going on from step 6").doesNotContain("other data");
    }

    @Test
    void onAnotherValidationSplitTheNextEvaluationIsTheBest() throws IOException {
        assertThat(train("--train.max_iters=4")).isZero();
        program.clear();
        assertThat(train("--resume", "--data-changed", "--data.val_fraction=0.2")).isZero();
        assertThat(program.out()).contains("so the next evaluation counts as the best")
                .containsPattern("step 6  train loss .* validation loss .*  \\(best\\)");
    }

    @Test
    void theFlagForChangedDataNeedsAResume() {
        assertThat(train("--data-changed")).isEqualTo(2);
        assertThat(program.err()).startsWith("error: --data-changed: found without --resume").hasLineCount(1);
        assertThat(run).doesNotExist();
    }

    @Test
    void aCheckpointThatDoesNotSayWhichDataItIsFromIsResumedWithANote() throws IOException {
        assertThat(train("--train.max_iters=4")).isZero();
        saveWithoutDataStamp(Checkpoint.open(run));
        program.clear();
        assertThat(train("--resume")).isZero();
        assertThat(program.out()).contains("note: " + run + "/step-00000004 does not say which data it was trained on",
                "going on from step 4");
    }

    @Test
    void frozenParametersKeepTheirValuesAndHaveNoMomentsAndAResumeHasTheSameBits() throws IOException {
        String freeze = "--train.freeze=*.wte.*, transformer.h.?.attn.*";
        assertThat(train(freeze, "--run.out=" + directory.resolve("straight"))).as(program.err()).isZero();
        assertThat(program.out()).containsPattern("model    gpt, [\\d,]+ parameters, of which [\\d,]+ are trained");
        assertThat(train(freeze, "--train.max_iters=4", "--train.activation_checkpointing=true")).isZero();
        Map<String, float[]> halfway = weights(run);
        assertThat(train(freeze, "--resume")).as(program.err()).isZero();
        for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
            assertThat(Checkpoint.open(run).directory().resolve(file))
                    .hasSameBinaryContentAs(Checkpoint.open(directory.resolve("straight")).directory().resolve(file));
        }
        Map<String, float[]> atTheEnd = weights(run);
        atTheEnd.keySet().removeIf(name -> name.endsWith(".bias"));      // zeros that the format asks for
        atTheEnd.forEach((name, values) -> assertThat(Arrays.equals(values, halfway.get(name))).as(name)
                .isEqualTo(name.contains("wte") || name.contains("attn")));
        try (SafetensorsReader moments = Checkpoint.open(run).openOptimizer()) {
            assertThat(ModelFiles.tensors(moments).keySet()).isNotEmpty()
                    .noneMatch(name -> name.contains("wte") || name.contains("attn"));
        }
    }

    @Test
    void patternsWithoutANameAllNamesAndOtherPatternsAtAResumeAreRefusedInOneLine() {
        assertThat(train("--train.freeze=h.0.attn.*")).isEqualTo(2);
        assertThat(program.err()).startsWith("error: train.freeze: no parameter matches h.0.attn.*; names are"
                + " transformer.wte.weight, ").hasLineCount(1);
        program.clear();
        assertThat(train("--train.freeze=*")).isEqualTo(2);
        assertThat(program.err()).contains("which freeze every parameter").hasLineCount(1);
        assertThat(run).doesNotExist();
        assertThat(train("--train.max_iters=2", "--train.freeze=*.wte.*")).isZero();
        program.clear();
        assertThat(train("--resume")).isEqualTo(2);
        assertThat(program.err()).contains("train.freeze is [], not [*.wte.*]").hasLineCount(1);
    }

    @Test
    void groupsOfNothingAndOtherGroupsAtAResumeAreRefusedInOneLine() {
        assertThat(train("--optim.groups=params=h.0.* lr_scale=2")).isEqualTo(2);
        assertThat(program.err()).startsWith("error: optim.groups: no trained parameter matches h.0.*; names are"
                + " transformer.wte.weight, ").hasLineCount(1);
        assertThat(run).doesNotExist();
        assertThat(train("--train.max_iters=2", "--optim.groups=params=*.wte.* lr_scale=2")).isZero();
        program.clear();
        assertThat(train("--resume", "--optim.groups=params=*.wte.* lr_scale=3")).isEqualTo(2);
        assertThat(program.err()).contains("optim.groups is [params=*.wte.* lr_scale=3], not [params=*.wte.*"
                + " lr_scale=2]").hasLineCount(1);
    }

    private static Map<String, float[]> weights(Path run) {
        Map<String, float[]> values = new LinkedHashMap<>();
        try (SafetensorsReader weights = SafetensorsReader.open(
                Checkpoint.open(run).directory().resolve("model.safetensors"))) {
            ModelFiles.tensors(weights).forEach((name, tensor) -> values.put(name, tensor.data()));
        }
        return values;
    }

    @Test
    void activationCheckpointingLeavesTheBitsOfARunWithoutAcrossAResumeToo() throws IOException {
        String[] deeper = {"--model.n_layer=3", "--train.grad_accum=3"};
        assertThat(train(deeper[0], deeper[1], "--run.out=" + directory.resolve("straight"))).isZero();
        String on = "--train.activation_checkpointing=true";
        assertThat(train(deeper[0], deeper[1], on, "--train.max_iters=4", "--threads=1")).isZero();
        assertThat(train(deeper[0], deeper[1], on, "--resume", "--threads=2")).as(program.err()).isZero();
        assertThat(losses(run)).isEqualTo(losses(directory.resolve("straight")));
        for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
            assertThat(run.resolve("latest").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("straight/latest").resolve(file));
        }
    }

    @Test
    void aResumeFromAnEarlierStepOfAnUndisturbedRunGivesItsBits() throws IOException {
        assertThat(train("--run.out=" + directory.resolve("straight"))).isZero();
        assertThat(train()).isZero();
        program.clear();
        assertThat(train("--resume=step-00000004")).isZero();
        assertThat(program.out())
                .contains("note: going back to step 4: the next save removes step-00000006, step-00000008 and the later"
                + " records of metrics.jsonl", "going on from step 4");
        assertThat(names(run)).isEqualTo(names(directory.resolve("straight")));
        for (String step : List.of("step-00000002", "step-00000004", "step-00000006", "step-00000008",
                "latest", "best")) {
            for (String file : List.of("model.safetensors", "optimizer.safetensors", "trainer.json")) {
                assertThat(run.resolve(step).resolve(file))
                        .hasSameBinaryContentAs(directory.resolve("straight").resolve(step).resolve(file));
            }
        }
        assertThat(losses(run)).isEqualTo(losses(directory.resolve("straight")));
    }

    @Test
    void goingBackLeavesOneHistory() throws IOException {
        assertThat(train()).isZero();
        assertThat(train("--resume=step-00000002", "--optim.lr=1e-5", "--train.max_iters=5",
                "--train.checkpoint_interval=5")).isZero();
        assertThat(names(run)).contains("step-00000002", "step-00000005")
                .doesNotContain("step-00000006", "step-00000008");
        assertThat(Checkpoint.open(run.resolve("latest")).step()).hasValue(5);
        assertThat(Checkpoint.open(run.resolve("best")).step().getAsLong()).isLessThanOrEqualTo(5);
        assertThat(losses(run)).noneMatch(line -> line.matches(".*\"step\":[678],.*"))
                .anyMatch(line -> line.contains("\"step\":5,"));
    }

    @Test
    void whereTheNewHistoryHasSavedNothingTheOldOneIsGoneOnWith() throws IOException {
        assertThat(train()).isZero();
        List<String> losses = losses(run);
        List<String> names = names(run);
        assertThat(train("--resume=step-00000004", "--optim.lr=1e30", "--optim.grad_clip=0", "--optim.warmup_iters=0",
                "--optim.schedule=constant", "--train.checkpoint_interval=0", "--train.eval_interval=0")).isEqualTo(1);
        assertThat(names(run)).containsAll(names);
        program.clear();
        assertThat(train("--resume")).isZero();
        assertThat(program.out()).contains("going on from step 8");
        assertThat(names(run)).isEqualTo(names);
        assertThat(losses(run)).isEqualTo(losses);
    }

    @Test
    void theBestCheckpointCanBeGoneOnFrom() throws IOException {
        assertThat(train()).isZero();
        long best = Checkpoint.open(run.resolve("best")).step().getAsLong();
        program.clear();
        assertThat(train("--resume=best", "--train.max_iters=9")).isZero();
        assertThat(program.out()).contains("going on from step " + best);
    }

    @Test
    void aStepThatTheRunDoesNotHaveIsRefusedNamingThoseItHas() throws IOException {
        assertThat(train("--train.max_iters=4")).isZero();
        for (String name : List.of("step-00000003", "../run/step-00000002", "first", "\u0000")) {
            program.clear();
            assertThat(train("--resume=" + name)).isEqualTo(2);
            assertThat(program.err()).startsWith("error: --resume: found ").hasLineCount(1)
                    .contains("latest, best, step-00000004, step-00000002");
        }
    }

    @Test
    void aWordAfterResumeIsTheConfig() {
        assertThat(train("--train.max_iters=2")).isZero();
        assertThat(program.run("--resume", directory.resolve("small.yaml").toString(), "--data.path=" + text,
                "--run.out=" + run,
                "--kernels=scalar", "--no-probe")).isZero();
        assertThat(program.out()).contains("going on from step 2");
    }

    private static List<String> names(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith(".metrics-"))
                    .sorted().toList();
        }
    }

    private void saveWithoutDataStamp(Checkpoint checkpoint) {
        ObjectNode trainer = checkpoint.trainer();
        assertThat(trainer.remove("data")).isNotNull();
        Map<String, FileWriter> files = new LinkedHashMap<>();
        for (String name : List.of("tokenizer.json", "config.yaml")) {
            byte[] bytes = bytes(checkpoint.file(name).orElseThrow());
            files.put(name, file -> Files.write(file, bytes));
        }
        CheckpointContents contents =
                new CheckpointContents(Safetensors.readAll(checkpoint.directory().resolve("model.safetensors")),
                Safetensors.readAll(checkpoint.directory().resolve("optimizer.safetensors")), checkpoint.config(),
                trainer, files);
        try (RunLock lock = RunLock.acquire(run)) {
            new CheckpointStore(lock, 9).save(checkpoint.step().getAsLong(), contents, true);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private int train(String... more) {
        List<String> args = new ArrayList<>(List.of(directory.resolve("small.yaml").toString(), "--data.path=" + text,
                "--kernels=scalar", "--no-probe"));
        if (List.of(more).stream().noneMatch(arg -> arg.startsWith("--run.out"))) {
            args.add("--run.out=" + run);
        }
        args.addAll(List.of(more));
        return program.run(args.toArray(String[]::new));
    }

    /** The run's records without their timings. */
    private static List<String> losses(Path run) throws IOException {
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(",\"step_ms.*", "")).toList();
    }
}
