package inkhorn.serve.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.checkpoint.RunLock;
import inkhorn.data.files.Json;
import inkhorn.serve.EventStream;
import inkhorn.serve.Feature;
import inkhorn.serve.Request;
import inkhorn.serve.RequestException;
import inkhorn.serve.Route;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of the pages Runs and Live run: the content of the runs' files, and the current state of a training in
 * this process.
 */
public final class RunsFeature implements Feature {

    /** A browser that listens takes a thread: some are left for requests. */
    private static final int LISTENERS = 48;

    private static final Logger LOG = LoggerFactory.getLogger(RunsFeature.class);

    private final RunFolders folders;
    private final LiveTraining live;
    private final Semaphore listeners = new Semaphore(LISTENERS);
    private volatile boolean closed;

    /** With no training in this process. */
    public RunsFeature(RunFolders folders) {
        this(folders, null);
    }

    /** @param live a training of this process, or null */
    public RunsFeature(RunFolders folders, LiveTraining live) {
        this.folders = folders;
        this.live = live;
    }

    @Override
    public List<Route> routes() {
        return List.of(Route.get("/api/runs", this::list),
                Route.get("/api/run/curves", request -> request.reply(RunCurves.of(
                        folders.get(name(request)).metrics()))),
                Route.get("/api/run/events", this::events),
                Route.post("/api/run/stop", this::stop));
    }

    @Override
    public void close() {
        closed = true;
    }

    private static String name(Request request) {
        return request.query("run").orElseThrow(() -> RequestException.wrong("run",
                "run: missing; give the name of a run, as /api/runs has them"));
    }

    private void list(Request request) throws IOException {
        ObjectNode answer = Json.MAPPER.createObjectNode();
        ArrayNode runs = answer.putArray("runs");
        for (Map.Entry<String, RunFolder> run : folders.all().entrySet()) {
            try {
                runs.add(run.getValue().summary(run.getKey()));
            } catch (IOException | CheckpointException e) {
                LOG.debug("{} is not listed: {}", run.getKey(), e.toString());   // removed just now, or not to be read
            }
        }
        request.reply(answer);
    }

    private void events(Request request) throws IOException, InterruptedException {
        String name = name(request);
        RunFolder folder = folders.get(name);
        OptionalLong seen = seen(request);
        if (!listeners.tryAcquire()) {
            throw RequestException.busy("at most " + LISTENERS + " pages may listen to runs at once; close some");
        }
        try (EventStream out = request.events()) {
            new RunStream(name, folder, isHere(folder) ? live : null, out).run(seen, () -> closed);
        } finally {
            listeners.release();
        }
    }

    /** From the header of a browser that comes back by itself, or from the address where a page comes back. */
    private static OptionalLong seen(Request request) {
        OptionalLong header = request.lastEventId();
        String after = request.query("after").orElse(null);
        if (header.isPresent() || after == null) {
            return header;
        }
        try {
            return OptionalLong.of(Long.parseLong(after));
        } catch (NumberFormatException e) {
            throw RequestException.wrong("after", "after: found " + after + ", expected the number of an event");
        }
    }

    private void stop(Request request) throws IOException {
        JsonNode given = request.json().path("run");
        if (!given.isTextual()) {
            throw RequestException.wrong("run", "run: found " + given + ", expected the name of a run");
        }
        String name = given.textValue();
        RunFolder folder = folders.get(name);
        if (isHere(folder)) {
            live.stop();
            request.reply(202, Json.MAPPER.createObjectNode().put("stopping", true));
        } else if (RunLock.isInUse(folder.directory())) {
            throw RequestException.conflict(name + " is trained by another process; Ctrl-C there stops it with a"
                    + " checkpoint");
        } else {
            throw RequestException.conflict(name + " is not being trained");
        }
    }

    private boolean isHere(RunFolder folder) {
        return live != null && live.isOf(folder.directory());
    }
}
