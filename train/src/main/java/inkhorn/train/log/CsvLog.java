package inkhorn.train.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.train.RunRecord;
import inkhorn.train.TrainEvent;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A run's {@code metrics.csv}: the steps and evaluations of {@code metrics.jsonl} as one table, for spreadsheets. A
 * cell is empty if the record has no such value, or if the value is not a finite number. Texts are left out.
 */
final class CsvLog implements MetricsLog {

    static final String FILE = "metrics.csv";
    private static final List<String> COLUMNS = List.of("event", "step", "loss", "lr", "grad_norm", "step_ms",
            "tokens_per_s", "peak_share", "train_loss", "val_loss", "val_bits_per_byte",
            "raw_val_loss", "wait_share");

    private final Path file;
    private final FileOutputStream out;

    private CsvLog(Path file, FileOutputStream out) {
        this.file = file;
        this.out = out;
    }

    /** Writes the table anew, beginning with these records: a resumed one is that of {@code metrics.jsonl}. */
    static CsvLog open(Path directory, List<RunRecord> history) {
        Path file = directory.resolve(FILE);
        try {
            CsvLog log = new CsvLog(file, new FileOutputStream(file.toFile()));
            log.write(String.join(",", COLUMNS) + "\n" + history.stream().map(CsvLog::row)
                    .collect(Collectors.joining()));
            return log;
        } catch (IOException e) {
            throw RunLog.failed(file, e);
        }
    }

    @Override
    public void append(RunRecord record) {
        try {
            write(row(record));
        } catch (IOException e) {
            throw RunLog.failed(file, e);
        }
    }

    @Override
    public void close(Outcome outcome) {
        try {
            out.close();
        } catch (IOException e) {
            throw RunLog.failed(file, e);
        }
    }

    private void write(String rows) throws IOException {
        out.write(rows.getBytes(StandardCharsets.UTF_8));
    }

    private static String row(RunRecord record) {
        if (record instanceof TrainEvent.Sampled) {
            return "";
        }
        ObjectNode json = RunLog.json(record);
        return COLUMNS.stream().map(column -> cell(json.path(column))).collect(Collectors.joining(",", "", "\n"));
    }

    /** Numbers with the digits that {@code metrics.jsonl} has. */
    private static String cell(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? "" : value.isTextual() ? value.asText() : number(value);
    }

    private static String number(JsonNode value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }
}
