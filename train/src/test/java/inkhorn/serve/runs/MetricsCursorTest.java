package inkhorn.serve.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsCursorTest {

    @TempDir
    private Path run;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        RunFiles.write(run, 8, 0.001, 30);
        file = run.resolve("metrics.jsonl");
    }

    @Test
    void aLineThatIsNotWholeYetIsLeftForLater() throws IOException {
        MetricsCursor cursor = new MetricsCursor(file);
        assertThat(cursor.next()).hasSize(5);
        RunFiles.append(run, "{\"event\":\"train\",\"st");
        assertThat(cursor.next()).isEmpty();
        RunFiles.append(run, "ep\":31,\"loss\":1}\n");
        assertThat(cursor.next()).singleElement().satisfies(line -> assertThat(line.json().path("step").asInt())
                .isEqualTo(31));
    }

    @Test
    void aRecordStandsForTheStepsSinceTheOneBefore() throws IOException {
        List<MetricsCursor.Line> lines = new MetricsCursor(file).next();
        assertThat(lines.get(0).json().path("tokens").asLong()).isEqualTo(160);         // 10 steps of 16 tokens
        assertThat(lines.get(0).json().path("seconds").asDouble()).isCloseTo(1, within(1e-9));     // of 100 ms
        assertThat(lines.get(4).json().path("tokens").asLong()).isEqualTo(480);
        assertThat(lines.get(4).json().path("seconds").asDouble()).isCloseTo(3, within(1e-9));
    }

    @Test
    void aPositionIsFoundAgainUnlessWhatStandsBeforeItHasChanged() throws IOException {
        MetricsCursor first = new MetricsCursor(file);
        first.next();
        RunFiles.step(run, 40);
        MetricsCursor again = new MetricsCursor(file);
        assertThat(again.goTo(first.id())).isTrue();
        assertThat(again.next()).extracting(line -> line.json().path("step").asInt()).containsExactly(40, 40, 40);
        String changed = Files.readString(file).replaceFirst("\"loss\":1.3", "\"loss\":1.4");
        Files.writeString(file, changed);
        assertThat(new MetricsCursor(file).goTo(first.id())).isFalse();
    }

    @Test
    void aDamagedLineIsPassedOver() throws IOException {
        RunFiles.append(run, "\u0000\u0000}{\n[]\n");
        RunFiles.step(run, 35);
        assertThat(new MetricsCursor(file).next()).hasSize(6);
    }

    @Test
    void aFileThatBecameShorterIsStale() throws IOException {
        MetricsCursor cursor = new MetricsCursor(file);
        cursor.next();
        assertThat(cursor.isStale()).isFalse();
        RunFiles.write(run, 8, 0.001, 10);
        assertThat(cursor.isStale()).isTrue();
    }
}
