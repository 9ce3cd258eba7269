package inkhorn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

final class ProgressTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, UTF_8);

    @Test
    void aPipeGetsALineEveryLogIntervalAndOneAtTheEnd() {
        try (Progress progress = Progress.plain(0, 5, 2, out)) {
            for (int step = 1; step <= 5; step++) {
                progress.step(step, 2.34567, 12345.6, Double.NaN);
            }
        }
        assertThat(shown().lines()).hasSize(3).allMatch(line -> line.matches("step [245]/5  loss 2.3457  12,346 tokens/s  \\d+s left"));
    }

    @Test
    void theShareOfThePeakIsShownOnceItIsKnown() {
        Progress.plain(0, 5, 1, out).step(1, 1, 1000, 0.714);
        try (Progress bar = new ProgressLine(0, 5, out)) {
            bar.step(1, 1, 2000, 0.25);
        }
        assertThat(shown()).contains("1,000 tokens/s  71 % of peak  ", "2,000 tokens/s  25 % of peak");
    }

    @Test
    void intervalZeroMeansNoLines() {
        Progress.plain(0, 5, 0, out).step(5, 1, 1, Double.NaN);
        assertThat(shown()).isEmpty();
    }

    @Test
    void aBarKeepsTheLinesAboveIt() {
        try (Progress progress = new ProgressLine(10, 20, out)) {
            progress.step(15, 2.34567, 12345.6, Double.NaN);
            progress.line("val loss 1.9\nROMEO: ö");
            progress.step(20, 2.0, 1, Double.NaN);
        }
        assertThat(shown()).contains("\r\u001b[Kval loss 1.9\nROMEO: ö" + System.lineSeparator()).contains("20/20").endsWith(System.lineSeparator());
    }

    @Test
    void timesAreShort() {
        assertThat(PlainProgress.time(59)).isEqualTo("59s");
        assertThat(PlainProgress.time(61)).isEqualTo("1m 1s");
        assertThat(PlainProgress.time(7260)).isEqualTo("2h 1m");
    }

    private String shown() {
        return bytes.toString(UTF_8);
    }
}
