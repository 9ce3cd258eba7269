package inkhorn.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.train.TrainEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

final class SparklineTest {

    @Test
    void aFallingSeriesGoesFromTheHighestBlockToTheLowest() {
        Sparkline line = new Sparkline(8);
        for (int i = 8; i > 0; i--) {
            line.add(i);
        }
        assertThat(line.text()).isEqualTo("█▇▆▅▄▃▂▁");
    }

    @Test
    void aLongSeriesIsShownWholeInTheWidthThatThereIs() {
        Sparkline line = new Sparkline(8);
        for (int i = 0; i < 10_000; i++) {
            line.add(i < 5000 ? 4 : 2);
        }
        assertThat(line.text()).hasSizeBetween(4, 8).matches("█+▁+|█+[▂-▇]▁+");
        assertThat(line.text().chars().filter(sign -> sign == '█').count()).isBetween(2L, 5L);
    }

    @Test
    void oneValueOrWhatIsNoNumberHasNoCourse() {
        Sparkline line = new Sparkline(8);
        line.add(2);
        line.add(Double.NaN);
        assertThat(line.text()).isEmpty();
    }

    @Test
    void theLiveLineShowsTheCourseOfTheLossWhereTheTerminalHasTheSigns() {
        assertThat(shown(true)).contains("loss 1.0000 █▆▃▁ 100 tokens/s");
        assertThat(shown(false)).contains("loss 1.0000 100 tokens/s").doesNotContain("█");
    }

    private static String shown(boolean blocks) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Progress bar = new ProgressLine(0, 4, steps -> steps, new PrintStream(bytes, true, UTF_8), blocks)) {
            for (int step = 1; step <= 4; step++) {
                bar.step(new TrainEvent.Stepped(step, 5 - step, 0.001, 0.5, 1, 100, Double.NaN));
            }
        }
        return bytes.toString(UTF_8);
    }
}
