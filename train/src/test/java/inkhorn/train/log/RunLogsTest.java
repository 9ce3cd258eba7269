package inkhorn.train.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.config.ConfigException;
import inkhorn.config.ConfigLoader;
import inkhorn.config.RunConfig;
import inkhorn.train.Evaluation;
import inkhorn.train.RunRecord;
import inkhorn.train.TrainEvent;
import inkhorn.train.log.RecordReader.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CSV table and TensorBoard's event files beside metrics.jsonl. */
final class RunLogsTest {

    private static final String TEXT = "ROMEO:\n<b>ö</b> 𝄞";

    @TempDir
    private Path directory;

    @Test
    void theReadersCrcIsCastagnolis() {
        assertThat(RecordReader.crc("123456789".getBytes(StandardCharsets.US_ASCII), 0, 9)).isEqualTo(0xE3069283);
    }

    @Test
    void tensorBoardsScalarsAreThoseOfTheRecords() throws IOException {
        train(RunLogs.create(config("tensorboard")), 1, 3);
        Map<String, Map<Long, Float>> shown = scalars();
        assertThat(shown.keySet()).containsExactlyInAnyOrder("loss/train", "lr", "grad_norm", "step_ms", "tokens_per_s",
                "peak_share", "loss/train_eval", "loss/val", "bits_per_byte/val");
        assertThat(shown.get("loss/train")).isEqualTo(Map.of(1L, 4f, 2L, 2f, 3L, 4f / 3));
        assertThat(shown.get("peak_share")).isEqualTo(Map.of(2L, 0.5f));
        assertThat(shown.get("loss/val")).isEqualTo(Map.of(2L, 1f));
        Message first = RecordReader.events(files().get(0)).get(0);
        assertThat(first.text(3)).isEqualTo("brain.Event:2");
        assertThat(first.decimal(1)).isBetween(1.7e9, 1e11);
    }

    @Test
    void aResumedRunShowsEachStepOnce() throws IOException {
        train(RunLogs.create(config("tensorboard")), 1, 9);
        train(RunLogs.resume(config("tensorboard"), 4, false), 5, 7);
        train(RunLogs.resume(config("tensorboard"), 6, false), 7, 12);
        assertThat(files()).hasSize(3);
        assertThat(scalars().get("loss/train").keySet()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L,
                12L);
        assertThat(points("loss/train")).hasSize(12);
    }

    @Test
    void stepsThatAnotherHistoryHadAreNotShownAfterAResumeThatEndsBeforeThem() throws IOException {
        train(RunLogs.create(config("tensorboard")), 1, 9);
        train(RunLogs.resume(config("tensorboard"), 4, false), 5, 5);
        assertThat(scalars().get("loss/train").keySet()).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void recordsOfAProcessThatDidNotWriteSuchFilesAreMadeGood() throws IOException {
        train(RunLogs.create(config("tensorboard")), 1, 3);
        train(RunLogs.resume(config("jsonl"), 3, false), 4, 6);
        train(RunLogs.resume(config("tensorboard"), 6, false), 7, 8);
        assertThat(points("loss/train")).hasSize(8);
        assertThat(scalars().get("loss/train").keySet()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    @Test
    void filesOfAnotherHistoryAreReplaced() throws IOException {
        train(RunLogs.create(config("tensorboard")), 1, 9);
        train(RunLogs.resume(config("tensorboard"), 4, true), 5, 6);
        assertThat(files()).hasSize(1);
        assertThat(scalars().get("loss/train").keySet()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        RunLogs.create(config("tensorboard")).close();
        assertThat(scalars()).isEmpty();
    }

    @Test
    void aTornRecordAtTheEndOfAFileCostsNoOther() throws IOException {
        train(RunLogs.create(config("tensorboard")), 1, 3);
        byte[] whole = Files.readAllBytes(files().get(0));
        Files.write(files().get(0), Arrays.copyOf(whole, whole.length - 5));
        train(RunLogs.resume(config("tensorboard"), 3, false), 4, 4);
        assertThat(RecordReader.events(files().get(1)).stream().map(event -> event.whole(2))).contains(4L)
                .doesNotContain(1L, 2L, 3L);
    }

    @Test
    void samplesAreTextsThatMarkdownLeavesAsTheyAre() throws IOException {
        train(RunLogs.create(config("tensorboard")), 1, 2);
        Message sample = values().stream().filter(value -> value.text(1).equals("sample")).findFirst().orElseThrow();
        assertThat(sample.message(9).message(1).text(1)).isEqualTo("text");
        assertThat(sample.message(8).whole(1)).as("DT_STRING").isEqualTo(7);
        assertThat(sample.message(8).text(8)).isEqualTo("    ROMEO:\n    <b>ö</b> 𝄞\n");
    }

    @Test
    void hyperParametersAreTheConfigsKeysInTheirTypes() throws IOException {
        RunConfig config = config("tensorboard");
        train(RunLogs.create(config), 1, 2);
        Map<String, Message> given = new LinkedHashMap<>();
        hparams("_hparams_/session_start_info").message(3).messages(1)
                .forEach(entry -> given.put(entry.text(1), entry.message(2)));
        assertThat(given.keySet()).isEqualTo(config.values().keySet());
        assertThat(given.get("optim.lr").decimal(2)).isEqualTo(config.optim().lr());
        assertThat(given.get("model.bias").fields()).isEqualTo(Map.of(4, List.of(0L)));
        assertThat(given.get("model.activation").text(3)).isEqualTo("gelu");
        assertThat(hparams("_hparams_/experiment").message(2).messages(5).stream()
                .map(metric -> metric.message(1).text(2))).containsExactly("loss/val", "loss/train");
        assertThat(hparams("_hparams_/session_end_info").message(4).whole(1)).as("success").isEqualTo(1);
    }

    @Test
    void theTableHasTheDigitsOfMetricsJsonlAndIsWrittenAnewOnAResume() throws IOException {
        train(RunLogs.create(config("jsonl")), 1, 3);
        train(RunLogs.resume(config("csv"), 2, false), 3, 3);
        assertThat(directory.resolve("run/metrics.csv")).hasContent("""
                event,step,loss,lr,grad_norm,step_ms,tokens_per_s,peak_share,train_loss,val_loss,val_bits_per_byte,%s
                train,1,4.0,0.1,0.3333333333333333,12.5,61440.0,,,,,,
                train,2,2.0,0.2,0.3333333333333333,12.5,61440.0,0.5,,,,,
                eval,2,,,,,,,0.5,1.0,,,
                train,3,1.3333333333333333,0.30000000000000004,0.3333333333333333,12.5,61440.0,,,,,,
                """.formatted("raw_val_loss,wait_share"));
    }

    @Test
    void metricsJsonlIsWrittenWhateverIsListed() throws IOException {
        assertThat(config("csv").run().logTo()).containsExactly("jsonl", "csv");
        assertThatThrownBy(() -> config("csv,tensorbord")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("run.log_to: found csv, tensorbord, expected a list of jsonl, tensorboard, csv");
    }

    @Test
    void sessionsAreKeptAndATornOneIsMissing() throws IOException {
        Path file = directory.resolve(Session.FILE);
        session(0).write(directory, false);
        Files.writeString(file, Files.readString(file) + "{\"step\":5,\"sta");
        session(7).write(directory, true);
        assertThat(Session.read(directory)).containsExactly(session(0), session(7));
        session(0).write(directory, false);
        assertThat(Session.read(directory)).containsExactly(session(0));
    }

    private static Session session(long step) {
        return new Session(step, "2026-01-01T00:00:00Z", List.of("a.yaml"), "1", "17", "Linux", "CPU", "", 2, 0, 512,
                "vector", 256, 2);
    }

    private RunConfig config(String logTo) throws IOException {
        Path file = Files.writeString(directory.resolve("config.yaml"), "model: {n_layer: 1}\n");
        RunConfig config = ConfigLoader.load(file, Map.of("run.log_to", logTo, "run.out",
                directory.resolve("run").toString()));
        Files.createDirectories(config.run().directory());
        return config;
    }

    /** Steps, and after the second one an evaluation and a text. */
    private static void train(RunLogs logs, int first, int last) {
        try (logs) {
            for (int step = first; step <= last; step++) {
                logs.append(new TrainEvent.Stepped(step, 4.0 / step, 0.1 * step, 1.0 / 3, 12.5, 61440,
                        step == 2 ? 0.5 : Double.NaN));
                if (step == 2) {
                    List<RunRecord> evaluation = List.of(new Evaluation.Losses(step, 0.5, 1, Double.NaN),
                            new TrainEvent.Sampled(step, TEXT));
                    evaluation.forEach(logs::append);
                }
            }
            logs.ended(Outcome.FINISHED);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.list(directory.resolve("run"))) {
            return found.filter(file -> file.getFileName().toString().matches("events\\.out\\.tfevents\\.\\d{10}\\..+"))
                    .sorted().toList();
        }
    }

    /** The events that count: those before the start of a session are forgotten from its step on. */
    private List<Message> events() throws IOException {
        List<Message> events = new ArrayList<>();
        for (Path file : files()) {
            for (Message event : RecordReader.events(file)) {
                if (event.has(7) && event.message(7).whole(1) == 1) {
                    events.removeIf(earlier -> earlier.whole(2) >= event.whole(2));
                }
                events.add(event);
            }
        }
        return events;
    }

    private List<Message> values() throws IOException {
        return events().stream().flatMap(event -> event.messages(5).stream()).flatMap(summary -> summary.messages(1)
                .stream()).toList();
    }

    private List<Message> points(String tag) throws IOException {
        return values().stream().filter(value -> value.text(1).equals(tag)).toList();
    }

    private Map<String, Map<Long, Float>> scalars() throws IOException {
        Map<String, Map<Long, Float>> scalars = new LinkedHashMap<>();
        for (Message event : events()) {
            event.messages(5).stream().flatMap(summary -> summary.messages(1).stream()).filter(value -> value.has(2))
                    .forEach(value -> scalars.computeIfAbsent(value.text(1), tag -> new TreeMap<>())
                            .put(event.whole(2), value.single(2)));
        }
        return scalars;
    }

    /** The plugin's content. */
    private Message hparams(String tag) throws IOException {
        Message metadata = values().stream().filter(value -> value.text(1).equals(tag)).findFirst().orElseThrow()
                .message(9);
        assertThat(metadata.message(1).text(1)).isEqualTo("hparams");
        return metadata.message(1).message(2);
    }
}
