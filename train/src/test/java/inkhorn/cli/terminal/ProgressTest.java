package inkhorn.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.train.TrainEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

final class ProgressTest {

    private static final LongUnaryOperator STEPS = steps -> steps;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, UTF_8);

    @Test
    void aPipeGetsALineEveryLogIntervalAndOneAtTheEnd() {
        try (Progress progress = new PlainProgress(0, 5, STEPS, 2, out, System::nanoTime)) {
            for (int step = 1; step <= 5; step++) {
                progress.step(step(step, 12345.6, Double.NaN));
            }
        }
        assertThat(shown().lines()).hasSize(3).allMatch(
                line -> line.matches("step [245]/5  loss 2.3457  lr 1.00e-03  grad norm 0.50  12,346 tokens/s  \\d+s"
                + " left"));
    }

    /** Ten steps of one sequence, then ten of three. */
    @Test
    void theTimeLeftIsThatOfTheSequencesLeft() {
        LongUnaryOperator sequences = steps -> steps + 2 * Math.max(0, steps - 10);
        AtomicLong clock = new AtomicLong();
        try (Progress progress = new PlainProgress(0, 20, sequences, 5, out, clock::get)) {
            clock.addAndGet(5_000_000_000L);
            progress.step(step(5, 1, Double.NaN));
        }
        assertThat(shown().strip()).endsWith("  35s left");
        assertThat(ProgressLine.left(Duration.ofSeconds(5), sequences, 0, 5, 20)).contains(Duration.ofSeconds(35));
        assertThat(ProgressLine.left(Duration.ofSeconds(5), sequences, 5, 5, 20)).isEmpty();
    }

    @Test
    void theShareOfThePeakIsShownOnceItIsKnown() {
        new PlainProgress(0, 5, STEPS, 1, out, System::nanoTime).step(step(1, 1000, 0.714));
        try (Progress bar = new ProgressLine(0, 5, STEPS, out)) {
            bar.step(step(1, 2000, 0.25));
        }
        assertThat(shown()).contains("1,000 tokens/s  71 % of peak  ", "2,000 tokens/s 25 % of peak");
    }

    @Test
    void intervalZeroMeansNoLines() {
        new PlainProgress(0, 5, STEPS, 0, out, System::nanoTime).step(step(5, 1, Double.NaN));
        assertThat(shown()).isEmpty();
    }

    @Test
    void aLongEvaluationSaysInAPipeHowFarItIs() {
        AtomicLong clock = new AtomicLong();
        try (Progress progress = new PlainProgress(0, 500, STEPS, 10, out, clock::get)) {
            for (int batch = 0; batch < 40; batch++) {
                progress.evaluating(250, batch, 40);
                clock.addAndGet(500_000_000L);
            }
        }
        assertThat(shown().lines()).containsExactly("step 250  evaluating: 50 % of 40 batches");
    }

    @Test
    void aBarKeepsTheLinesAboveIt() {
        try (Progress progress = new ProgressLine(10, 20, STEPS, out)) {
            progress.step(step(15, 12345.6, Double.NaN));
            progress.line("val loss 1.9\nROMEO: ö");
            progress.step(step(20, 1, Double.NaN));
        }
        assertThat(shown()).contains("\r\u001b[Kval loss 1.9\nROMEO: ö" + System.lineSeparator()).contains("20/20")
                .endsWith(System.lineSeparator());
    }

    @Test
    void onATerminalALineOfEachTenthStaysWithLearningRateAndGradientNorm() {
        try (Progress progress = new ProgressLine(0, 50, STEPS, out)) {
            for (int step = 1; step <= 50; step++) {
                progress.step(step(step, 12345.6, 0.5));
            }
        }
        assertThat(lasting()).hasSize(10)
                .allMatch(line -> line.matches("step \\d*[05]/50  loss 2.3457  lr 1.00e-03  grad norm 0.50"
                + "  12,346 tokens/s  50 % of peak"));
    }

    @Test
    void onATerminalTheStepOfAnEvaluationStaysOnceAndTheBarShowsTheBatches() {
        try (Progress progress = new ProgressLine(0, 1000, STEPS, out)) {
            progress.step(step(250, 1, Double.NaN));
            for (int batch = 0; batch < 4; batch++) {
                progress.evaluating(250, batch, 4);
            }
        }
        assertThat(lasting()).singleElement().asString().startsWith("step 250/1000  loss 2.3457  lr");
        assertThat(shown()).contains("evaluating: 0 %");
    }

    @Test
    void onATerminalASaveIsShown() {
        try (Progress progress = new ProgressLine(0, 1000, STEPS, out)) {
            progress.saving(250);
        }
        assertThat(shown()).contains("saving step 250");
    }

    @Test
    void timesAreShort() {
        assertThat(PlainProgress.time(59)).isEqualTo("59s");
        assertThat(PlainProgress.time(61)).isEqualTo("1m 1s");
        assertThat(PlainProgress.time(7260)).isEqualTo("2h 1m");
    }

    private static TrainEvent.Stepped step(long step, double tokensPerSecond, double peakShare) {
        return new TrainEvent.Stepped(step, 2.34567, 1e-3, 0.5, 0, tokensPerSecond, peakShare);
    }

    /** The lines that stand above the bar at the end. */
    private List<String> lasting() {
        return shown().lines().map(line -> line.substring(line.lastIndexOf('\r') + 1).replace("\u001b[K", ""))
                .filter(line -> line.startsWith("step ")).toList();
    }

    private String shown() {
        return bytes.toString(UTF_8);
    }
}
