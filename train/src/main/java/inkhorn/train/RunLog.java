package inkhorn.train;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import inkhorn.checkpoint.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's {@code metrics.jsonl}: one JSON object a line, on the disk's way as soon as it is appended.
 *
 * <p>The log of a resumed run equals that of an undisturbed one but for its times. For that, a trainer appends a step's training
 * record before it saves the checkpoint of that step. The record of its evaluation may follow: a resume from that checkpoint keeps it
 * where it is there, and makes the evaluation where it is not.
 *
 * <p>JSON has no NaN and no infinities: they are written as {@code null} and read as NaN.
 */
public final class RunLog implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);
    private static final JsonFactory JSON = JsonFactory.builder()
            // Double.toString gives other digits before JDK 19 than after.
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path file;
    // No FileChannel: an interrupt would close it.
    private final FileOutputStream out;

    private RunLog(Path file, FileOutputStream out) {
        this.file = file;
        this.out = out;
    }

    /** A line of the log. */
    public sealed interface Entry permits Train, Eval {
        /** Steps done when it was written. */
        long step();
    }

    /**
     * One logged training step.
     *
     * @param step      steps done, this one included
     * @param loss      mean cross-entropy of its batch, in nats a token
     * @param lr        learning rate it was made with
     * @param gradNorm  global norm of the gradients before clipping
     * @param stepMs    wall time of a step in milliseconds
     * @param tokensPerS training tokens a second
     * @param peakShare  share of the machine's peak that the step made use of, 1 being all of it; NaN where no peak was measured
     */
    public record Train(long step, double loss, double lr, double gradNorm, double stepMs, double tokensPerS, double peakShare)
            implements Entry {
    }

    /**
     * One evaluation, after {@code step} steps, over fixed batches of either split.
     *
     * @param trainLoss      mean cross-entropy in nats a token
     * @param valLoss        likewise
     * @param valBitsPerByte the same as {@code valLoss}, in bits for each byte of text: comparable between tokenizers
     */
    public record Eval(long step, double trainLoss, double valLoss, double valBitsPerByte) implements Entry {

        boolean isFinite() {
            return Double.isFinite(trainLoss) && Double.isFinite(valLoss);
        }
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
     * Goes on with a log from the checkpoint of a step: drops the records of later steps and what a kill or a power cut left of
     * a line. A missing file is begun anew.
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
     * Reads a log. Events of other kinds are passed over, and so is a last line that a kill has torn.
     *
     * @throws CheckpointException (the user's error) where the file cannot be read, or another line is not a record
     */
    public static List<Entry> read(Path file) {
        List<Entry> entries = new ArrayList<>();
        try {
            List<byte[]> lines = lines(Files.readAllBytes(file));
            for (int i = 0; i < lines.size(); i++) {
                Optional<JsonNode> json = parse(lines.get(i));
                boolean last = i == lines.size() - 1;
                if (json.isPresent()) {
                    entry(json.get()).ifPresent(entries::add);
                } else if (!last) {
                    throw CheckpointException.userError(
                            file + ": line " + (i + 1) + " is not a record of a run; remove that line");
                }
            }
            return entries;
        } catch (IOException e) {
            throw CheckpointException.userError(
                    file + ": cannot be read (" + CheckpointException.reason(e) + "); check the path and its permissions", e);
        }
    }

    /**
     * Appends one line, in one write.
     *
     * @throws CheckpointException (a run failure) where it cannot be written
     */
    public void append(Entry entry) {
        try {
            out.write(line(entry));
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** The evaluation that was made after so many steps, as far as the log has one of finite numbers. */
    Optional<Eval> evaluation(long step) {
        return read(file).stream().filter(entry -> entry.step() == step && entry instanceof Eval).map(Eval.class::cast)
                .filter(Eval::isFinite).findFirst();
    }

    /** Waits until the lines are on the disk: before a checkpoint, so that a power cut cannot leave it with a shorter log. */
    public void sync() {
        try {
            out.getFD().sync();
        } catch (IOException e) {
            throw failed(file, e);
        }
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

    private static byte[] line(Entry entry) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (entry instanceof Train train) {
                json.writeStringField("event", "train");
                json.writeNumberField("step", train.step());
                number(json, "loss", train.loss());
                number(json, "lr", train.lr());
                number(json, "grad_norm", train.gradNorm());
                number(json, "step_ms", train.stepMs());
                number(json, "tokens_per_s", train.tokensPerS());
                if (!Double.isNaN(train.peakShare())) {
                    number(json, "peak_share", train.peakShare());
                }
            } else if (entry instanceof Eval eval) {
                json.writeStringField("event", "eval");
                json.writeNumberField("step", eval.step());
                number(json, "train_loss", eval.trainLoss());
                number(json, "val_loss", eval.valLoss());
                number(json, "val_bits_per_byte", eval.valBitsPerByte());
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
        return bytes.toByteArray();
    }

    private static void number(JsonGenerator json, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        } else {
            json.writeNullField(name);
        }
    }

    private static Optional<Entry> entry(JsonNode json) {
        long step = json.get("step").longValue();
        return switch (json.path("event").asText()) {
            case "train" -> Optional.of(new Train(step, number(json, "loss"), number(json, "lr"), number(json, "grad_norm"),
                    number(json, "step_ms"), number(json, "tokens_per_s"), number(json, "peak_share")));
            case "eval" -> Optional.of(new Eval(step, number(json, "train_loss"), number(json, "val_loss"),
                    number(json, "val_bits_per_byte")));
            default -> Optional.empty();
        };
    }

    private static double number(JsonNode json, String name) {
        return json.path(name).isNumber() ? json.get(name).doubleValue() : Double.NaN;
    }

    /** A line as a JSON object with a step; empty where it is not one. */
    private static Optional<JsonNode> parse(byte[] line) throws IOException {
        try {
            JsonNode json = MAPPER.readTree(new String(line, StandardCharsets.UTF_8));
            return Optional.of(json).filter(node -> node.path("step").isIntegralNumber());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static void dropAfter(Path file, long step) throws IOException {
        byte[] before = Files.readAllBytes(file);
        ByteArrayOutputStream kept = new ByteArrayOutputStream(before.length);
        List<byte[]> lines = lines(before);
        for (int i = 0; i < lines.size(); i++) {
            Optional<JsonNode> json = parse(lines.get(i));
            if (json.isPresent() && json.get().get("step").longValue() <= step) {
                kept.write(lines.get(i));
                kept.write('\n');
            } else if (json.isEmpty() && i < lines.size() - 1) {
                // Only the last one is torn by a kill; damage to the log is no reason to refuse the resume.
                LOG.warn("{}: line {} is not a record and is dropped", file, i + 1);
            }
        }
        if (Arrays.equals(before, kept.toByteArray())) {
            return;
        }
        Path shortened = file.resolveSibling(".tmp-" + file.getFileName());
        try (FileOutputStream out = new FileOutputStream(shortened.toFile())) {
            kept.writeTo(out);
            out.getFD().sync();
        }
        Files.move(shortened, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<byte[]> lines(byte[] text) {
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length; i++) {
            boolean end = i == text.length;
            if (end || text[i] == '\n') {
                if (!end || i > start) {
                    lines.add(Arrays.copyOfRange(text, start, i));
                }
                start = i + 1;
            }
        }
        return lines;
    }

    private static CheckpointException failed(Path file, IOException e) {
        return CheckpointException.runFailure(file + ": cannot be written (" + CheckpointException.reason(e)
                + "); check free space and permissions, then --resume", e);
    }
}
