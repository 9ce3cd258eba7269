package inkhorn.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import inkhorn.config.UserError;
import inkhorn.data.files.Json;
import inkhorn.train.log.Spent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports and comparisons of runs whose records are written by hand. */
final class ReportTest {

    @TempDir
    private Path directory;

    @Test
    void spentTokensAndSecondsStandForEachStepSinceTheRecordBefore() throws IOException {
        RunHistory run = run("a", 0, 0, "");
        // 40 records five steps apart; 100 tokens and half a second a step.
        assertThat(run.spent()).isEqualTo(new Spent(200, 20_000, 100, 100));
        RunSummary summary = RunSummary.of(run);
        assertThat(summary.tokensPerS()).isEqualTo(200);
        assertThat(summary.bestValLoss()).isEqualTo(2.25);
        assertThat(summary.bestStep()).isEqualTo(150);
        assertThat(summary.valLoss()).isEqualTo(2.5);
        assertThat(summary.parameters()).as("no checkpoint").isEqualTo(-1);
    }

    @Test
    void aLossIsReachedAtTheFirstEvaluationThatIsNotAboveIt() throws IOException {
        RunHistory run = run("a", 0, 0, "");
        assertThat(RunSummary.reached(List.of(run), List.of(3.0, 2.25, 1.0))).containsExactly(
                new RunSummary.Reached("a", 3.0, 100, 10_000, 50),
                new RunSummary.Reached("a", 2.25, 150, 15_000, 75),
                new RunSummary.Reached("a", 1.0, -1, Double.NaN, Double.NaN));
        assertThat(RunSummary.levels(List.of(run))).isSortedAccordingTo((a, b) -> Double.compare(b, a))
                .allMatch(level -> level >= 2.25 && level <= 4).hasSizeBetween(4, 10);
    }

    @Test
    void thePageLetsNothingRunOrLoadAndShowsHostileTextsAsTexts() throws IOException {
        RunHistory run = run("a", 0, 0, "</pre><script>alert(1)</script>&\u0007");
        String page = ReportPage.of(List.of(run), List.of(3.0));
        assertThat(page.replace("xmlns=\"http://www.w3.org/2000/svg\"", ""))
                .contains("default-src 'none'; style-src 'sha256-").doesNotContain("<script", "style=\"", "http:",
                "https:", " src=").contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;\uFFFD");
        assertThat(page).contains("optim.lr", "AMD EPYC", "java -jar train.jar my.yaml &#39;--data.path=a b.txt&#39;");
        assertThat(page.split("<svg")).as("three axes of losses, three more charts").hasSize(7);
    }

    @Test
    void thePictureIsWellFormedAndReadableInLightAndDark() throws Exception {
        String svg = ReportPage.svg(List.of(run("a", 0, 0, ""), run("b", 0.5, 0, "")), RunHistory.Axis.TOKENS);
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(8);
        assertThat(svg).contains("prefers-color-scheme: dark");
    }

    @Test
    void aDifferenceLargerThanTheNoiseIsFoundAndNoneIsNot() throws IOException {
        RunHistory run = run("a", 0, 0.1, "");
        RunComparison worse = RunComparison.of(run, run("b", 0.5, 0.1, ""));
        assertThat(worse.trends()).hasSize(3).allSatisfy(trend -> {
            assertThat(trend.interval().mean()).isCloseTo(0.5, within(0.2));
            assertThat(trend.interval().excludesZero()).isTrue();
        });
        assertThat(worse.conclusions()).anyMatch(line -> line.startsWith("At equal steps the training loss of a is"
                + " lower by 0."));
        RunComparison same = RunComparison.of(run, run("c", 0, 0.1, ""));
        assertThat(same.trends()).noneMatch(trend -> trend.interval().excludesZero());
        assertThat(same.conclusions()).anyMatch(line -> line.contains("no difference is shown"))
                .anyMatch(line -> line.contains("several seeds"));
    }

    @Test
    void validationLossesAreComparedAtEqualPositions() throws IOException {
        RunComparison comparison = RunComparison.of(run("a", 0, 0, ""), run("b", 0.5, 0, ""));
        assertThat(comparison.marks()).filteredOn(mark -> mark.axis() == RunHistory.Axis.STEPS)
                .extracting(RunComparison.Mark::at).containsExactly(50.0, 100.0, 150.0, 200.0);
        assertThat(comparison.marks()).allMatch(mark -> mark.difference() == 0.5);
    }

    @Test
    void theIntervalHoldsTheMeanOfNoiseAboutAsOftenAsItSays() {
        Random random = new Random(7);
        int held = 0;
        for (int i = 0; i < 100; i++) {
            double[] values = random.doubles(60, -1, 1).toArray();
            held += BlockBootstrap.of(values).excludesZero() ? 0 : 1;
        }
        assertThat(held).isBetween(82, 99);
        assertThat(BlockBootstrap.of(new double[] {1, 2, 3}).low()).isNaN();
    }

    @Test
    void aDirectoryWithoutARunIsNamed() {
        assertThatThrownBy(() -> RunHistory.read(directory)).isInstanceOf(UserError.class)
                .hasMessageContaining("found no run").hasMessageContaining("checkpoints/NAME");
    }

    @Test
    void aThinnedCurveKeepsItsExtremes() {
        double[] x = new double[10_000];
        double[] y = new double[10_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
            y[i] = i == 7777 ? 99 : i == 1234 ? -99 : Math.sin(i);
        }
        Curve thin = new Curve(x, y).thinned(200);
        assertThat(thin.size()).isLessThanOrEqualTo(200);
        assertThat(thin.y()).contains(99, -99);
        assertThat(thin.x()).isSorted();
    }

    /** 200 steps with a record every five, an evaluation every fifty. */
    private RunHistory run(String name, double worse, double noise, String sample) throws IOException {
        Path run = Files.createDirectories(directory.resolve(name));
        Files.writeString(run.resolve("config.yaml"), "run: {name: " + name + "}\n");
        StringBuilder lines = new StringBuilder();
        Random random = new Random(name.hashCode());
        for (int step = 5; step <= 200; step += 5) {
            lines.append(String.format(Locale.ROOT, "{\"event\":\"train\",\"step\":%d,\"loss\":%f,\"lr\":0.001,"
                    + "\"grad_norm\":1.0,\"step_ms\":500,\"tokens_per_s\":200}%n", step,
                    2 + 200.0 / (step + 50) + worse + noise * random.nextGaussian()));
            if (step % 50 == 0) {
                double loss = worse + new double[] {4, 3, 2.25, 2.5}[step / 50 - 1];
                lines.append(String.format(Locale.ROOT, "{\"event\":\"eval\",\"step\":%d,\"train_loss\":%f,"
                        + "\"val_loss\":%f,\"val_bits_per_byte\":3}%n", step, loss, loss));
            }
        }
        lines.append(new String(Json.bytes(Map.of("event", "sample", "step", 200, "text",
                sample)), StandardCharsets.UTF_8)).append('\n');
        Files.writeString(run.resolve("metrics.jsonl"), lines);
        Files.writeString(run.resolve("sessions.jsonl"), """
                {"step":0,"started":"2026-01-01T00:00:00Z","arguments":["my.yaml","--data.path=a b.txt"],"version":"1",\
                "java":"17","os":"Linux","processor":"AMD EPYC","processor_model":"","cores":2,"memory_mib":0,\
                "heap_mib":1,"kernels":"vector","vector_bits":512,"threads":2}
                """);
        return RunHistory.read(run);
    }
}
