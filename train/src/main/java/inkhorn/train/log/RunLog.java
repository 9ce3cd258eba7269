package inkhorn.train.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.data.files.Json;
import inkhorn.nn.config.Records;
import inkhorn.train.Evaluation;
import inkhorn.train.RunRecord;
import inkhorn.train.TrainEvent;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's {@code metrics.jsonl}: one JSON object for each line. A line is given to the operating system as soon as it
 * is appended.
 *
 * <p>The log of a resumed run equals that of an undisturbed run, except for its times. To achieve this, a trainer
 * appends the training record of a step before it saves the checkpoint of that step. The record of the step's
 * evaluation may come after the checkpoint: a resume from that checkpoint keeps this record if it exists, and otherwise
 * repeats the evaluation.
 *
 * <p>JSON has no NaN and no infinities: they are written as {@code null} and read as NaN.
 */
public final class RunLog implements MetricsLog, AutoCloseable {

    private static final String STEP = "train";
    private static final String EVALUATION = "eval";
    private static final String SAMPLE = "sample";
    private static final Set<String> LEFT_OUT_IF_UNKNOWN = Set.of("peak_share", "wait_share", "raw_val_loss");
    /** Keeps every byte of a damaged line as it is. */
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;
    private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);
    private static final ObjectReader READER =
            Json.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path file;
    // No FileChannel: an interrupt would close it.
    private final FileOutputStream out;

    private RunLog(Path file, FileOutputStream out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Begins a new log, replacing one that is there.
     *
     * @throws CheckpointException where the file cannot be written
     */
    public static RunLog create(Path file) {
        return open(file, false);
    }

    /**
     * Goes on with a log from the checkpoint of a step: drops the records of later steps and what a kill or a power cut
     * left of a line. A missing file is begun anew.
     *
     * @throws CheckpointException where the file cannot be read or written
     */
    public static RunLog resume(Path file, long step) {
        if (Files.exists(file)) {
            try {
                dropAfter(file, step);
            } catch (IOException e) {
                throw failed(file, e);
            }
        }
        return open(file, true);
    }

    /**
     * The records of a log in their order. Events of other kinds are passed over, and so is a last line that a kill has
     * torn.
     *
     * @throws CheckpointException (the user's error) where the file cannot be read, or another line is not a record
     */
    public static List<RunRecord> read(Path file) {
        List<RunRecord> entries = new ArrayList<>();
        try {
            String[] lines = lines(file);
            for (int i = 0; i < lines.length; i++) {
                Optional<JsonNode> json = parse(lines[i]);
                if (json.isPresent()) {
                    entry(json.get()).ifPresent(entries::add);
                } else if (i < lines.length - 1) {
                    throw CheckpointException.userError(
                            file + ": line " + (i + 1) + " is not a record of a run; remove that line");
                }
            }
            return entries;
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    /** One line, in one write. */
    @Override
    public void append(RunRecord record) {
        ObjectNode json = json(record);
        try {
            out.write(Json.line(json).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** As a line has it, without what is not known. */
    static ObjectNode json(RunRecord record) {
        ObjectNode json = Json.MAPPER.createObjectNode().put("event", event(record));
        Records.values((Record) record).forEach((component, value) -> {
            String key = Records.key(component);
            if (value instanceof Long step) {
                json.put(key, step);
            } else if (value instanceof String text) {
                json.put(key, text);
            } else if (Double.isFinite((double) value)) {
                json.put(key, (double) value);
            } else if (!LEFT_OUT_IF_UNKNOWN.contains(key)) {
                json.putNull(key);
            }
        });
        return json;
    }

    private static String event(RunRecord record) {
        return record instanceof TrainEvent.Stepped ? STEP : record instanceof Evaluation.Losses ? EVALUATION : SAMPLE;
    }

    /** The evaluation that was made after so many steps, as far as the log has one of finite numbers. */
    public Optional<Evaluation.Losses> evaluation(long step) {
        return read(file).stream().filter(Evaluation.Losses.class::isInstance).map(Evaluation.Losses.class::cast)
                .filter(losses -> losses.step() == step && losses.isFinite()).findFirst();
    }

    /** Whether the log has the text that was written after so many steps. */
    public boolean hasSample(long step) {
        return read(file).stream().anyMatch(record -> record instanceof TrainEvent.Sampled && record.step() == step);
    }

    /**
     * Waits until the lines are on the disk: before a checkpoint, so that a power cut cannot leave it with a shorter
     * log.
     */
    public void sync() {
        try {
            out.getFD().sync();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    @Override
    public void close(Outcome outcome) {
        close();
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static RunLog open(Path file, boolean append) {
        try {
            return new RunLog(file, new FileOutputStream(file.toFile(), append));
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static Optional<RunRecord> entry(JsonNode json) {
        return switch (json.path("event").asText()) {
            case STEP -> Optional.of(record(TrainEvent.Stepped.class, json));
            case EVALUATION -> Optional.of(record(Evaluation.Losses.class, json));
            case SAMPLE -> Optional.of(record(TrainEvent.Sampled.class, json));
            default -> Optional.empty();
        };
    }

    private static <R extends RunRecord> R record(Class<R> type, JsonNode json) {
        return Records.make(type, Arrays.stream(type.getRecordComponents()).map(component -> {
            JsonNode value = json.path(Records.key(component.getName()));
            return component.getType() == long.class ? (Object) value.longValue()
                    : component.getType() == String.class ? value.asText() : (Object) value.asDouble(Double.NaN);
        }).toArray());
    }

    /** A line as a JSON object with a step; empty where it is not one. */
    private static Optional<JsonNode> parse(String line) throws IOException {
        try {
            return Optional.of(READER.readTree(line)).filter(node -> node.path("step").isIntegralNumber());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static void dropAfter(Path file, long step) throws IOException {
        StringBuilder kept = new StringBuilder();
        String[] lines = lines(file);
        for (int i = 0; i < lines.length; i++) {
            Optional<JsonNode> json = parse(lines[i]);
            if (json.isPresent() && json.get().get("step").longValue() <= step) {
                kept.append(lines[i]).append('\n');
            } else if (json.isEmpty() && i < lines.length - 1) {
                // Only the last one is torn by a kill; damage to the log is no reason to refuse the resume.
                LOG.warn("{}: line {} is not a record and is dropped", file, i + 1);
            }
        }
        byte[] shorter = kept.toString().getBytes(BYTES);
        if (Arrays.equals(Files.readAllBytes(file), shorter)) {
            return;
        }
        Path shortened = file.resolveSibling(".tmp-" + file.getFileName());
        try (FileOutputStream out = new FileOutputStream(shortened.toFile())) {
            out.write(shorter);
            out.getFD().sync();
        }
        Files.move(shortened, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String[] lines(Path file) throws IOException {
        return Files.readString(file, BYTES).split("\n");
    }

    static CheckpointException failed(Path file, IOException e) {
        return CheckpointException.runFailure(file + ": cannot be written (" + CheckpointException.reason(e)
                + "); check free space and permissions, then --resume", e);
    }
}
