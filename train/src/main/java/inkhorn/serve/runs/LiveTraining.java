package inkhorn.serve.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.train.TrainEvent;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The current state of a training in this process. The training thread only replaces a reference and never waits. The
 * threads that serve browsers read the reference several times a second; events that they miss are in the run's log.
 */
public final class LiveTraining implements Consumer<TrainEvent> {

    private final Path directory;
    private final Runnable stop;
    private final AtomicBoolean isStopping = new AtomicBoolean();
    private volatile Now now = new Now(Phase.PREPARING, 0, 0, 0, null, 0);

    private enum Phase { PREPARING, TRAINING, EVALUATING, WRITING, SAVING, STOPPING, ENDED }

    /**
     * @param last  null before the first step
     * @param saved the step of the newest checkpoint of this process, 0 before the first
     */
    private record Now(Phase phase, long step, long done, long total, TrainEvent.Stepped last, long saved) {

        Now in(Phase next) {
            return new Now(next, step, 0, 0, last, saved);
        }
    }

    /**
     * @param directory of the run
     * @param stop      asks the training to end with a checkpoint
     */
    public LiveTraining(Path directory, Runnable stop) {
        this.directory = directory.toAbsolutePath().normalize();
        this.stop = stop;
    }

    @Override
    public void accept(TrainEvent event) {
        Now before = now;
        if (event instanceof TrainEvent.Stepped done) {
            now = new Now(Phase.TRAINING, done.step(), 0, 0, done, before.saved());
        } else if (event instanceof TrainEvent.Evaluating evaluating) {
            now = new Now(Phase.EVALUATING, evaluating.step(), evaluating.done(), evaluating.total(), before.last(),
                    before.saved());
        } else if (event instanceof TrainEvent.Evaluated) {
            now = before.in(Phase.WRITING);
        } else if (event instanceof TrainEvent.Sampled) {
            now = before.in(Phase.TRAINING);
        } else if (event instanceof TrainEvent.Saving) {
            now = before.in(Phase.SAVING);
        } else if (event instanceof TrainEvent.Saved saved) {
            now = new Now(Phase.TRAINING, before.step(), 0, 0, before.last(), saved.step());
        }
    }

    /** No step follows. */
    public void ended() {
        now = now.in(Phase.ENDED);
    }

    boolean isOf(Path run) {
        return directory.equals(run.toAbsolutePath().normalize());
    }

    /** Once: a second signal would end the process without a checkpoint. */
    void stop() {
        if (!isStopping.getAndSet(true)) {
            now = now.in(Phase.STOPPING);
            stop.run();
        }
    }

    /** What is going on; the same object as before where nothing has happened since. */
    Object now() {
        return now;
    }

    /** What {@link #now} gave, for a browser. */
    static ObjectNode json(Object now) {
        Now shown = (Now) now;
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("phase", shown.phase().name().toLowerCase(Locale.ROOT)).put("step", shown.step());
        if (shown.total() > 0) {
            json.put("done", shown.done()).put("total", shown.total());
        }
        if (shown.saved() > 0) {
            json.put("saved_step", shown.saved());
        }
        TrainEvent.Stepped last = shown.last();
        if (last != null) {
            json.put("lr", last.lr()).put("step_ms", last.stepMs()).put("tokens_per_s", last.tokensPerS());
            putFinite(json, "loss", last.loss());
            putFinite(json, "grad_norm", last.gradNorm());
            putFinite(json, "peak_share", last.peakShare());
        }
        return json;
    }

    private static void putFinite(ObjectNode json, String key, double value) {
        if (Double.isFinite(value)) {
            json.put(key, value);
        }
    }
}
