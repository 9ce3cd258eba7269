package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.vector.PeakProbe;
import inkhorn.checkpoint.RunLock;
import inkhorn.data.tokenizer.Tokenizers;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.train.PeakMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of a small model from the command line: what users do wrong costs them one line and nothing else. */
final class TrainCommandTest {

    private static final double A_PEAK_OUT_OF_REACH = 1e13;

    @TempDir
    Path directory;

    private Program program;
    private Path run;
    private Path text;

    @BeforeEach
    void writeConfigAndText() throws IOException {
        program = new Program(directory.resolve("sets"));
        run = directory.resolve("run");
        text = Files.writeString(directory.resolve("text.txt"),
                "twelve plus twenty is thirty-two, said the clerk.\n".repeat(40));
        Files.writeString(directory.resolve("small.yaml"), """
                model: {n_layer: 1, n_head: 2, n_embd: 8, block_size: 8, dropout: 0.1}
                train: {max_iters: 6, batch_size: 2, grad_accum: 2, eval_interval: 3, eval_iters: 2, log_interval: 1,
                        checkpoint_interval: 2, sample_chars: 5}
                optim: {warmup_iters: 2, lr_decay_iters: 6}
                """);
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void theBannerSaysWhatIsTrainedOnWhatWithWhat() {
        assertThat(train()).isZero();
        assertThat(program.out()).containsSubsequence("run      small in ", "data     ", "vocabulary of",
                "model    gpt, ", " parameters",
                "memory   about ", "kernels  scalar, plain loops, 1 thread; as asked for",
                "steps    6 of 32 tokens each",
                "step 1/6  loss ", "saved ", "done: 6 steps");
    }

    @Test
    void oncePeakIsMeasuredLinesAndMetricsHaveTheShareOfItAndTheBitsAreThoseOfARunWithoutProbe() throws IOException {
        program.peaks = TrainCommandTest::afterThreeSteps;
        assertThat(train("--no-probe", "--run.out=" + directory.resolve("without"))).isZero();
        assertThat(program.out()).doesNotContain("peak");
        assertThat(directory.resolve("without/metrics.jsonl")).content().doesNotContain("peak_share");
        program.clear();
        assertThat(train("--threads=2")).isZero();
        assertThat(program.out()).containsPattern("step 3/6 .* tokens/s  \\d+s left")
                .containsPattern("peak     .* GFLOP/s measured on \\d threads?")
                .containsPattern("step 4/6 .* tokens/s  \\d+ % of peak  \\d+s left");
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .filter(line -> line.matches(".*,\"peak_share\":[0-9.E-]+}")))
                .hasSize(3).first().asString().contains("\"step\":4,");
        assertThat(losses(run)).isEqualTo(losses(directory.resolve("without")));
        for (String file : List.of("model.safetensors", "optimizer.safetensors", "trainer.json")) {
            assertThat(run.resolve("latest").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("without/latest").resolve(file));
        }
    }

    /** The real probe, but in a hurry, and so with a peak that no step exceeds in its place. */
    private static PeakMeter afterThreeSteps(int threads, DoubleSupplier flopsPerToken) {
        AtomicLong clock = new AtomicLong();
        return new PeakMeter(flopsPerToken, () -> {
            try (PeakProbe probe = new PeakProbe(threads)) {
                return Math.max(probe.flopsPerSecond(0.05), A_PEAK_OUT_OF_REACH);
            }
        }, () -> clock.addAndGet(10_000_000_000L));
    }

    @Test
    void warningsOfTheDataStandInTheBannerOnce() throws IOException {
        Files.write(text, new byte[] {(byte) 0xFF, 'a', '\n'}, java.nio.file.StandardOpenOption.APPEND);
        assertThat(train()).isZero();
        assertThat(program.out().lines().filter(line -> line.contains("invalid UTF-8"))).singleElement().asString()
                .startsWith("WARNING  ");
        assertThat(program.err()).isEmpty();
    }

    @Test
    void threeStepsAndAResumeGiveTheFilesOfSixSteps() throws IOException {
        assertThat(train("--run.out=" + directory.resolve("straight"))).isZero();
        assertThat(train("--train.max_iters=3")).isZero();
        assertThat(train("--resume")).isZero();
        for (String file : List.of("model.safetensors", "optimizer.safetensors", "trainer.json")) {
            assertThat(run.resolve("latest").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("straight/latest").resolve(file));
        }
        assertThat(losses(run)).isEqualTo(losses(directory.resolve("straight")))
                .as("six steps, two evaluations, two samples").hasSize(10);
    }

    @Test
    void resumingWhatHasStoppedEarlyTakesNoFurtherStep() throws IOException {
        String[] hopeless = {"--train.max_iters=60", "--train.patience=1", "--optim.lr=30",
            "--optim.lr_decay_iters=60"};
        assertThat(train(hopeless)).isZero();
        String end = program.out().substring(program.out().indexOf("stopped early: "));
        List<String> losses = losses(run);
        program.clear();
        assertThat(train(with(hopeless, "--resume"))).isZero();
        assertThat(program.out()).endsWith(end);
        assertThat(losses(run)).isEqualTo(losses);
    }

    @Test
    void aRunEndsAtTheFirstEvaluationWhoseLossIsLowEnoughAndGoesOnToALowerOne() throws IOException {
        String[] easy = {"--train.max_iters=60", "--train.stop_at_loss=100"};
        assertThat(train(easy)).isZero();
        assertThat(program.out()).contains("stopped at train.stop_at_loss 100.0: 3 steps, best validation loss ");
        assertThat(run.resolve("latest").toRealPath().getFileName()).hasToString("step-00000003");
        List<String> losses = losses(run);
        program.clear();
        assertThat(train(with(easy, "--resume"))).isZero();
        assertThat(program.out()).contains("stopped at train.stop_at_loss 100.0: 3 steps");
        assertThat(losses(run)).isEqualTo(losses);
        program.clear();
        assertThat(train("--resume", "--train.max_iters=6", "--train.stop_at_loss=0.01")).isZero();
        assertThat(program.out()).contains("done: 6 steps");
    }

    @Test
    void aRunShorterThanItsWarmUpTrains() {
        assertThat(train("--optim.warmup_iters=50", "--optim.lr_decay_iters=")).isZero();
    }

    @Test
    void aTextShorterThanAWindowIsOneLineAndLeavesNoRunDirectory() throws IOException {
        Files.writeString(text, "a short one, to be sure\n");
        assertFails(2, text + ": the validation split has 3 tokens (data.val_fraction 0.1), but model.block_size 8"
                + " needs at least 9; use a"
                + " longer text, a smaller model.block_size, or another data.val_fraction");
        assertThat(run).doesNotExist();
    }

    @Test
    void aBatchThatNoArrayHoldsIsOneLineAndLeavesNoRunDirectory() {
        assertFails(2, "train.batch_size 20000000 with model.block_size 8: shape: (20000000, 8, 24) has more elements"
                + " than one array can"
                + " hold (2^31 - 9); choose a smaller train.batch_size, and raise train.grad_accum by as much",
                "--train.batch_size=20000000");
        assertThat(run).doesNotExist();
    }

    @Test
    void resumingWithAnotherSeedSaysSo() {
        assertThat(train("--train.max_iters=3")).isZero();
        program.clear();
        assertThat(train("--resume", "--run.seed=7", "--train.max_iters=3")).isZero();
        assertThat(program.out()).contains("note: resuming with changed settings: run.seed is 7, not 1337");
    }

    @Test
    void aLossThatIsNoNumberStopsTheRunAndNamesTheLastGoodCheckpoint() {
        String[] tooFast = {"--optim.lr=1e30", "--optim.grad_clip=0", "--optim.warmup_iters=0",
            "--optim.schedule=constant",
            "--optim.lr_decay_iters="};
        assertThat(train("--train.max_iters=2")).isZero();
        program.clear();
        assertThat(train(with(tooFast, "--resume"))).isEqualTo(1);
        assertThat(program.err())
                .matches("error: step 3: the losses are NaN in training and NaN in validation; the last good"
                + " checkpoint is " + run + "/step-00000002; lower optim.lr, or set optim.grad_clip\n");
    }

    @Test
    void aDirectoryWithARunIsNotOverwritten() {
        assertThat(train()).isZero();
        assertFails(2, run + " already holds a run, at step 6; go on with --resume, choose another name with"
                + " --run.name=NAME, or remove" + " the directory");
    }

    @Test
    void aLiveRunsDirectoryIsRefused() {
        try (RunLock lock = RunLock.acquire(run)) {
            assertThat(lock.isHeld()).isTrue();
            assertFails(2, run + ": this process is training in this directory; wait for it, stop it, or choose"
                    + " another run.out");
        }
    }

    @Test
    void resumingWithAnotherModelOrTokenizerNamesWhatDiffers() throws IOException {
        assertThat(train()).isZero();
        assertFails(2, "cannot resume " + run
                + " with another model: model.n_layer is 2, not 1, model.n_embd is 16, not 8; set them"
                + " back, or choose another --run.name", "--resume", "--model.n_layer=2", "--model.n_embd=16");
        Files.writeString(text, "ABC DEF\n".repeat(100));
        assertFails(2, "cannot resume " + run + " with another tokenizer: the data's is char with 8 tokens (sha256 "
                + CharTokenizer.fromText("ABC DEF\n").hash().substring(0, 12)
                + "), the checkpoint's is char with 23 tokens (sha256 "
                + Tokenizers.load(run.resolve("latest/tokenizer.json")).hash().substring(0, 12)
                + "); train on the same text, or choose another --run.name", "--resume");
    }

    @Test
    void resumeNamesADamagedCheckpointAndGoesOnFromTheOneBefore() throws IOException {
        assertThat(train()).isZero();
        byte[] whole = Files.readAllBytes(run.resolve("step-00000006/model.safetensors"));
        damage("step-00000006");
        assertThat(train("--resume")).isZero();
        assertThat(program.out())
                .contains("note: " + run + "/step-00000006: skipped, unfinished or damaged: model.safetensors does not"
                + " match its SHA-256", "going on from step 4");
        assertThat(run.resolve("step-00000006/model.safetensors")).hasBinaryContent(whole);
    }

    @Test
    void whereEveryCheckpointIsDamagedNothingIsOverwritten() throws IOException {
        assertThat(train("--train.max_iters=2")).isZero();
        damage("step-00000002");
        List<String> losses = losses(run);
        assertFails(2, run + ": none of its checkpoints is whole; copy one there from a backup, or remove the"
                + " directory to start over",
                "--resume");
        assertThat(losses(run)).isEqualTo(losses);
    }

    @Test
    void windowsTextAndCharactersBeyondSixteenBitsAreTrainedOnAndWritten() throws IOException {
        Files.writeString(text, "\uFEFF" + "𝒜 rocket 🚀, an astronaut 👩‍🚀\r\n".repeat(60));
        assertThat(train()).isZero();
        program.clear();
        assertThat(program.run("sample", run.toString(), "--prompt", "🚀\r\n", "--tokens", "40", "--kernels=scalar"))
                .isZero();
        assertThat(program.out()).startsWith("🚀\r\n").doesNotContain("\uFFFD", "\uFEFF").endsWith("\n");
        assertThat(program.out().codePoints().count()).isEqualTo(3 + 40 + 1);
    }

    private int train(String... more) {
        List<String> args = new ArrayList<>(List.of(directory.resolve("small.yaml").toString(), "--data.path=" + text,
                "--kernels=scalar"));
        if (List.of(more).stream().noneMatch(arg -> arg.startsWith("--run.out"))) {
            args.add("--run.out=" + run);
        }
        args.addAll(List.of(more));
        return program.run(args.toArray(String[]::new));
    }

    private static String[] with(String[] args, String last) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add(last);
        return all.toArray(String[]::new);
    }

    private void assertFails(int code, String line, String... args) {
        program.clear();
        assertThat(train(args)).isEqualTo(code);
        assertThat(program.err()).isEqualTo("error: " + line + "\n");
    }

    private void damage(String step) throws IOException {
        Path file = run.resolve(step).resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 1;
        Files.write(file, bytes);
    }

    /** The run's records without their timings. */
    private static List<String> losses(Path run) throws IOException {
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(",\"step_ms.*", "")).toList();
    }
}
