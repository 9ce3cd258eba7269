package inkhorn.serve.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.Checkpoint;
import inkhorn.checkpoint.RunLock;
import inkhorn.config.ConfigLoader;
import inkhorn.config.Difference;
import inkhorn.config.RunConfig;
import inkhorn.config.UserError;
import inkhorn.data.files.Json;
import inkhorn.optim.BatchSchedule;
import inkhorn.train.log.RunLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.OptionalLong;

/** The state of a run directory, from its files. The result of reading is kept, and only new content is read later. */
final class RunFolder {

    /** What a run is doing. */
    enum State {
        /** A process trains in the directory. */
        RUNNING,
        /** All steps are done, or {@code train.patience} or {@code train.stop_at_loss} has ended it. */
        FINISHED,
        /** A loss stopped being a finite number. */
        FAILED,
        /** No process trains, and steps are left. */
        STOPPED
    }

    private final Path directory;
    private MetricsCursor cursor;
    private ObjectNode lastTrain;
    private long step;
    private double seconds;
    private long tokens;
    private double bestLoss;
    private long bestStep;
    private int evalsSinceBest;
    private boolean isFinite;
    private FileTime configTime;
    private RunConfig config;

    RunFolder(Path directory) {
        this.directory = directory;
        reset();
    }

    /** Whether a directory looks like a run: a training has written its config there. */
    static boolean isRun(Path directory) {
        return directory != null && Files.isRegularFile(directory.resolve(RunConfig.FILE))
                && (Files.isRegularFile(directory.resolve(RunLogs.METRICS))
                        || Checkpoint.newestStep(directory).isPresent());
    }

    Path directory() {
        return directory;
    }

    Path metrics() {
        return directory.resolve(RunLogs.METRICS);
    }

    /** What is known of the run, for a browser. */
    synchronized ObjectNode summary(String name) throws IOException {
        readConfig();
        readMetrics();
        OptionalLong saved = Checkpoint.newestStep(directory);
        ObjectNode json = Json.MAPPER.createObjectNode().put("name", name).put("path", directory.toString());
        json.put("state", state(saved.orElse(0)).name().toLowerCase(Locale.ROOT));
        json.put("step", Math.max(step, saved.orElse(0)));
        if (saved.isPresent()) {
            json.put("saved_step", saved.getAsLong());
        }
        if (Double.isFinite(bestLoss)) {
            json.put("best_val_loss", bestLoss).put("best_step", bestStep);
        }
        if (lastTrain != null) {
            json.set("loss", lastTrain.path("loss"));
        }
        json.put("seconds", seconds).put("tokens", tokens);
        json.put("updated", Files.exists(metrics()) ? Files.getLastModifiedTime(metrics()).toMillis() : 0);
        ObjectNode settings = json.putObject("settings");
        ObjectNode defaults = json.putObject("defaults");
        if (config != null) {
            json.put("max_iters", config.train().maxIters()).put("eval_interval", config.train().evalInterval());
            ArrayNode stages = json.putArray("stages");
            for (BatchSchedule.Stage stage : config.train().batchSchedule().stages()) {
                stages.addObject().put("step", stage.firstStep()).put("sequences", stage.sequences());
            }
            for (Difference difference : config.differences(RunConfig.defaults())) {
                settings.put(difference.key(), difference.mine());
                defaults.put(difference.key(), difference.other());
            }
        }
        return json;
    }

    private State state(long saved) {
        if (RunLock.isInUse(directory)) {
            return State.RUNNING;
        }
        if (!isFinite) {
            return State.FAILED;
        }
        boolean ended = config != null && (saved >= config.train().maxIters()
                || config.train().isReached(bestLoss)
                || config.train().patience() > 0 && evalsSinceBest >= config.train().patience());
        return ended ? State.FINISHED : State.STOPPED;
    }

    private void reset() {
        cursor = new MetricsCursor(metrics());
        lastTrain = null;
        step = 0;
        seconds = 0;
        tokens = 0;
        bestLoss = Double.POSITIVE_INFINITY;
        bestStep = 0;
        evalsSinceBest = 0;
        isFinite = true;
    }

    private void readMetrics() throws IOException {
        if (cursor.isStale()) {
            reset();
        }
        for (var lines = cursor.next(); !lines.isEmpty(); lines = cursor.next()) {
            lines.forEach(line -> add(line.json()));
        }
    }

    private void add(ObjectNode json) {
        step = json.path("step").longValue();
        seconds = json.path("seconds").doubleValue();
        tokens = json.path("tokens").longValue();
        String event = json.path("event").asText();
        if (event.equals("train")) {
            lastTrain = json;
            isFinite = json.path("loss").isNumber();
        } else if (event.equals("eval")) {
            JsonNode loss = json.path("val_loss");
            isFinite = loss.isNumber() && json.path("train_loss").isNumber();
            boolean isBest = loss.isNumber() && loss.doubleValue() < bestLoss;
            evalsSinceBest = isBest ? 0 : evalsSinceBest + 1;
            bestLoss = isBest ? loss.doubleValue() : bestLoss;
            bestStep = isBest ? step : bestStep;
        }
    }

    private void readConfig() throws IOException {
        Path file = directory.resolve(RunConfig.FILE);
        FileTime time = Files.exists(file) ? Files.getLastModifiedTime(file) : null;
        if (time == null || time.equals(configTime)) {
            return;
        }
        configTime = time;
        try {
            config = ConfigLoader.load(file);
        } catch (UserError e) {
            config = null;      // of another version, or half-written: the run is listed without its settings
        }
    }
}
