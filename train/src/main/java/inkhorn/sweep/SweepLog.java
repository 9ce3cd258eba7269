package inkhorn.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.config.UserError;
import inkhorn.data.files.AtomicFiles;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code sweep.json} in the directory of a sweep: what it tries, and where each run stands. Always whole. */
final class SweepLog {

    static final String FILE = "sweep.json";

    private static final int FORMAT = 1;

    private final SweepSpec spec;
    private final Path file;
    private final ObjectNode definition;
    private final Map<String, SweepEntry> entries = new LinkedHashMap<>();

    private SweepLog(SweepSpec spec, ObjectNode definition) {
        this.spec = spec;
        this.definition = definition;
        file = spec.out().resolve(FILE);
    }

    /**
     * The log of these runs, with what an earlier process wrote of them.
     *
     * @throws UserError where the directory holds another sweep, or a run
     */
    static SweepLog open(SweepSpec spec, List<SweepRun> runs) {
        SweepLog log = new SweepLog(spec, definition(spec, runs));
        runs.forEach(run -> log.entries.put(run.name(), SweepEntry.waiting(run)));
        if (Files.exists(log.file)) {
            log.restore(read(log.file));
        } else if (Files.isDirectory(spec.out()) && Checkpoint.newestStep(spec.out()).isPresent()) {
            throw new UserError(spec.out() + " already holds a run, at step "
                    + Checkpoint.newestStep(spec.out()).getAsLong() + "; give the sweep another name");
        }
        return log;
    }

    private static ObjectNode definition(SweepSpec spec, List<SweepRun> runs) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("format", FORMAT).put("name", spec.name()).put("file", spec.file().toString())
                .put("config", spec.config().toString()).put("method", spec.method().word())
                .put("objective", spec.objective().name().toLowerCase(Locale.ROOT));
        if (spec.halving() != null) {
            ObjectNode halving = json.putObject("halving").put("eta", spec.halving().eta())
                    .put("min_iters", spec.halving().minIters());
            halving.set("rungs", Json.MAPPER.valueToTree(SweepRun.rungs(spec, runs)));
        }
        ObjectNode base = json.putObject("base");
        List<Map<String, Object>> values = runs.stream().map(run -> run.config().values()).toList();
        values.get(0).forEach((key, value) -> {
            // Not where records go, nor what differs between the runs or follows from what does.
            boolean isMeant = !key.startsWith("run.") || key.equals("run.seed");
            if (isMeant && !spec.keys().containsKey(key)
                    && values.stream().allMatch(other -> value.equals(other.get(key)))) {
                base.put(key, String.valueOf(value));
            }
        });
        return json;
    }

    private static JsonNode read(Path file) {
        try {
            return Json.MAPPER.readTree(Files.readString(file, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": found no JSON; remove the file to have every run looked at again");
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    private void restore(JsonNode saved) {
        List<String> problems = new ArrayList<>();
        String advice = "; set it back, or choose another name for the sweep";
        definition.path("base").fields().forEachRemaining(key -> {
            String before = saved.path("base").path(key.getKey()).asText(key.getValue().asText());
            if (!before.equals(key.getValue().asText())) {
                problems.add(file + ": " + key.getKey() + ": found " + key.getValue().asText() + ", but the sweep began"
                        + " with " + before + advice);
            }
        });
        for (String key : List.of("objective", "halving")) {
            if (spec.halving() != null && !saved.path(key).toString().equals(definition.path(key).toString())) {
                problems.add(file + ": " + key + ": found " + definition.path(key) + ", but the sweep began with "
                        + saved.path(key) + advice);
            }
        }
        List<SweepEntry> mine = List.copyOf(entries.values());
        for (int i = 0; i < saved.path("runs").size(); i++) {
            JsonNode run = saved.path("runs").get(i);
            Map<String, String> values = new LinkedHashMap<>();
            run.path("values").fields()
                    .forEachRemaining(value -> values.put(value.getKey(), value.getValue().asText()));
            if (i >= mine.size() || !mine.get(i).values().equals(values)) {
                problems.add(file + ": " + run.path("run").asText() + ": found "
                        + (i < mine.size() ? mine.get(i).values() : "no such run") + ", but the sweep began with "
                        + values + "; begin the lists of the keys with the values they had, or choose another name");
                break;
            }
            entries.put(mine.get(i).run(), entry(mine.get(i), run));
        }
        if (!problems.isEmpty()) {
            throw new UserError(problems);
        }
    }

    private static SweepEntry entry(SweepEntry waiting, JsonNode run) {
        SweepEntry.State state = SweepEntry.State.valueOf(run.path("state").asText().toUpperCase(Locale.ROOT));
        boolean isOver = state == SweepEntry.State.FINISHED || state == SweepEntry.State.FAILED
                || state == SweepEntry.State.STOPPED || state == SweepEntry.State.DROPPED;
        SweepEntry.State now = isOver ? state : run.path("step").asLong() > 0 ? SweepEntry.State.PAUSED
                : SweepEntry.State.WAITING;
        return new SweepEntry(waiting.run(), waiting.values(), now, run.path("step").asLong(),
                run.path("best_val_loss").asDouble(Double.NaN), run.path("bits_per_byte").asDouble(Double.NaN),
                run.path("best_step").asLong(), run.path("seconds").asDouble(), run.path("reason").asText());
    }

    synchronized SweepEntry entry(String run) {
        return entries.get(run);
    }

    /** Puts a run's new state on disk. */
    synchronized SweepEntry put(SweepEntry entry) {
        entries.put(entry.run(), entry);
        try {
            AtomicFiles.write(file, Json.indented(json()).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw CheckpointException.runFailure(file + ": cannot be written (" + AtomicFiles.reason(e)
                    + "); the same command goes on", e);
        }
        return entry;
    }

    /** In the order of their losses, best first, and runs without one at the end. */
    synchronized List<SweepEntry> ranked() {
        Comparator<SweepEntry> byLoss = Comparator.comparingDouble(entry -> entry.loss(spec.objective()));
        return entries.values().stream().sorted(Comparator.comparing((SweepEntry entry) ->
                entry.state() == SweepEntry.State.FAILED).thenComparing(byLoss)).toList();
    }

    /** The file's content. */
    synchronized ObjectNode json() {
        ObjectNode json = definition.deepCopy();
        var runs = json.putArray("runs");
        for (SweepEntry entry : entries.values()) {
            runs.add(json(entry));
        }
        return json;
    }

    private static ObjectNode json(SweepEntry entry) {
        ObjectNode json = Json.MAPPER.createObjectNode().put("run", entry.run());
        json.set("values", Json.MAPPER.valueToTree(entry.values()));
        json.put("state", entry.state().word()).put("step", entry.step());
        if (Double.isFinite(entry.bestValLoss())) {
            json.put("best_val_loss", entry.bestValLoss()).put("bits_per_byte", entry.bitsPerByte())
                    .put("best_step", entry.bestStep());
        }
        json.put("seconds", entry.seconds());
        if (!entry.reason().isEmpty()) {
            json.put("reason", entry.reason());
        }
        return json;
    }
}
