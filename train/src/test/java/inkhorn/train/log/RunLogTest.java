package inkhorn.train.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.checkpoint.CheckpointException;
import inkhorn.train.Evaluation;
import inkhorn.train.TrainEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {

    @TempDir
    Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("metrics.jsonl");
    }

    @Test
    void linesHaveTheDocumentedFormAndAreThereAtOnce() {
        try (RunLog log = RunLog.create(file)) {
            log.append(new TrainEvent.Stepped(10, 4.25, 0.001, 1.5, 12.5, 61440, Double.NaN));
            assertThat(file).hasContent("{\"event\":\"train\",\"step\":10,\"loss\":4.25,\"lr\":0.001,\"grad_norm\":1.5,"
                    + "\"step_ms\":12.5,\"tokens_per_s\":61440.0}\n");
            log.append(new Evaluation.Losses(10, 4.0, 4.125, 2.5));
            log.sync();
            assertThat(file).content().endsWith("}\n{\"event\":\"eval\",\"step\":10,"
                    + "\"train_loss\":4.0,\"val_loss\":4.125,\"val_bits_per_byte\":2.5}\n");
        }
        assertThat(RunLog.read(file)).containsExactly(
                new TrainEvent.Stepped(10, 4.25, 0.001, 1.5, 12.5, 61440, Double.NaN),
                new Evaluation.Losses(10, 4.0, 4.125, 2.5));
    }

    @Test
    void aShareOfThePeakIsWrittenWhereItIsKnown() {
        TrainEvent.Stepped known = new TrainEvent.Stepped(1, 4.25, 0.001, 1.5, 12.5, 61440, 0.75);
        try (RunLog log = RunLog.create(file)) {
            log.append(known);
        }
        assertThat(file).content().endsWith("\"tokens_per_s\":61440.0,\"peak_share\":0.75}\n");
        assertThat(RunLog.read(file)).containsExactly(known);
    }

    @Test
    void numbersComeBackWithEveryBitAndTheSameDigitsOnEveryJdk() {
        // Before JDK 19, Double.toString says 1.9999999999999998E23 for the last.
        double[] values = {2.3025851f, Math.PI, 2.0E-3, Double.MIN_VALUE, 2.0E23};
        try (RunLog log = RunLog.create(file)) {
            log.append(new TrainEvent.Stepped(1, values[0], values[1], values[2], values[3], values[4], Double.NaN));
        }
        assertThat(file).content().contains("\"loss\":2.3025851249694824,",
                "\"step_ms\":4.9E-324,", "\"tokens_per_s\":2.0E23}");
        assertThat(RunLog.read(file)).containsExactly(
                new TrainEvent.Stepped(1, values[0], values[1], values[2], values[3], values[4], Double.NaN));
    }

    @Test
    void whatIsNotFiniteIsWrittenAsNull() {
        try (RunLog log = RunLog.create(file)) {
            log.append(new Evaluation.Losses(3, Double.NaN, Double.POSITIVE_INFINITY, 1));
        }
        assertThat(file).hasContent("{\"event\":\"eval\",\"step\":3,"
                + "\"train_loss\":null,\"val_loss\":null,\"val_bits_per_byte\":1.0}\n");
        assertThat(RunLog.read(file)).containsExactly(new Evaluation.Losses(3, Double.NaN, Double.NaN, 1));
    }

    @Test
    void aResumedLogEqualsThatOfAnUndisturbedRun() throws IOException {
        train(RunLog.create(file), 1, 20);
        byte[] undisturbed = Files.readAllBytes(file);
        for (int checkpoint = 0; checkpoint <= 20; checkpoint++) {
            // Wherever a kill cuts the log once it holds the checkpoint's step.
            long from = new String(undisturbed, StandardCharsets.UTF_8).indexOf("\"step\":" + (checkpoint + 1) + ",");
            for (long end = from < 0 ? undisturbed.length : from - 17; end <= undisturbed.length; end += 29) {
                Files.write(file, Arrays.copyOf(undisturbed, (int) end));
                train(RunLog.resume(file, checkpoint), checkpoint + 1, 20);
                assertThat(Files.readAllBytes(file)).as("checkpoint %d, cut at %d", checkpoint, end)
                        .isEqualTo(undisturbed);
            }
        }
        assertThat(directory).isDirectoryNotContaining("glob:**.tmp-*");
    }

    @Test
    void theEvaluationOfAStepIsFoundIfItsLossesAreFinite() {
        Evaluation.Losses third = new Evaluation.Losses(3, 1.0 / 3, 2.0 / 3, 0.7);
        try (RunLog log = RunLog.create(file)) {
            log.append(new Evaluation.Losses(2, Double.NaN, 1, 1));
            log.append(new TrainEvent.Stepped(3, 4, 0.1, 1, 0, 0, Double.NaN));
            log.append(third);
            assertThat(log.evaluation(3)).contains(third);
            assertThat(log.evaluation(2)).isEmpty();
            assertThat(log.evaluation(4)).isEmpty();
        }
    }

    @Test
    void foreignEventsAndEarlierRecordsSurviveAResumeAndDamagedLinesDoNot() throws IOException {
        Files.writeString(file, "{\"event\":\"note\",\"step\":1}\n\0\0\0\n{\"event\":\"note\",\"step\":9}\n"
                + "{\"event\":\"eval\",\"step\":2,\"train_loss\":1.0,\"val_loss\":2.0}");
        RunLog.resume(file, 5).close();
        assertThat(file).hasContent("{\"event\":\"note\",\"step\":1}\n"
                + "{\"event\":\"eval\",\"step\":2,\"train_loss\":1.0,\"val_loss\":2.0}\n");
        assertThat(RunLog.read(file)).containsExactly(new Evaluation.Losses(2, 1, 2, Double.NaN));
    }

    @Test
    void resumingWithoutALogBeginsOne() {
        RunLog.resume(file, 5).close();
        assertThat(file).isEmptyFile();
    }

    @Test
    void aTornLastLineIsPassedOverAndAnotherBadLineIsNamed() throws IOException {
        Files.writeString(file, "{\"event\":\"eval\",\"step\":2,\"train_loss\":1.0,\"val_loss\":2.0}\n{\"event\":\"tr");
        assertThat(RunLog.read(file)).hasSize(1);
        Files.writeString(file, "{\"event\":\"eval\"\n{\"event\":\"note\",\"step\":1}\n");
        assertThatThrownBy(() -> RunLog.read(file))
                .hasMessage(file + ": line 1 is not a record of a run; remove that line")
                .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isTrue());
    }

    @Test
    void aLogThatCannotBeWrittenIsTheRunsFailure() {
        Path nowhere = directory.resolve("missing").resolve("metrics.jsonl");
        assertThatThrownBy(() -> RunLog.create(nowhere)).hasMessage(nowhere
                + ": cannot be written (no such file or directory); check free space and permissions, then --resume")
                .isInstanceOfSatisfying(CheckpointException.class, e -> assertThat(e.isUserError()).isFalse());
    }

    /** A run that logs an evaluation every third step. */
    private static void train(RunLog log, int first, int last) {
        try (log) {
            for (int step = first; step <= last; step++) {
                log.append(new TrainEvent.Stepped(step, 4.0 / step, 0.1 * step, 1.0 / 3, 0, 0, Double.NaN));
                if (step % 3 == 0) {
                    log.append(new Evaluation.Losses(step, 1.0 / step, 2.0 / step, 3.0 / step));
                }
            }
        }
    }
}
