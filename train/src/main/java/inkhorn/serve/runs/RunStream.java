package inkhorn.serve.runs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import inkhorn.serve.EventStream;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * The events about a run that the server sends to a browser.
 *
 * <ul>
 * <li>{@code records}: lines of the run's log, as an array; the event's number is the position behind the last one
 *     ({@link MetricsCursor#id}), so that whoever comes back gets those that follow, from another server too;
 * <li>{@code reset}: the log is another one than that of the records before, as after a resume from an earlier step;
 * <li>{@code status}: the run's summary, when it changes;
 * <li>{@code now}: what the training does, where it is one of this process; at most four a second.
 * </ul>
 */
final class RunStream {

    private static final int RECORDS = 500;
    private static final long LIVE_MS = 250;
    private static final long POLL_MS = 500;
    private static final long STATUS_NANOS = 1_000_000_000L;
    /** Only writing tells that a client has gone, whose place another may want. */
    private static final long PING_NANOS = 2_000_000_000L;
    private static final long RETRY_MS = 1000;

    private final String name;
    private final RunFolder folder;
    private final LiveTraining live;
    private final EventStream out;

    private MetricsCursor cursor;
    private Object shownNow;
    private ObjectNode shownStatus;
    private long statusAt;
    private long sentAt = System.nanoTime();

    /** @param live null where no training of this process writes the run */
    RunStream(String name, RunFolder folder, LiveTraining live, EventStream out) {
        this.name = name;
        this.folder = folder;
        this.live = live;
        this.out = out;
        cursor = new MetricsCursor(folder.metrics());
    }

    /**
     * Sends until the client goes or the server ends.
     *
     * @param seen the number of the last event that the client has seen
     * @throws IOException when the client has gone
     */
    void run(OptionalLong seen, BooleanSupplier isClosed) throws IOException, InterruptedException {
        out.comeBackAfter(RETRY_MS);
        if (seen.isPresent()) {
            goOnBehind(seen.getAsLong());
        }
        while (!isClosed.getAsBoolean()) {
            if (cursor.isStale()) {
                goOnBehind(cursor.id());
            }
            records();
            status();
            now();
            if (System.nanoTime() - sentAt > PING_NANOS) {
                out.ping();
                sentAt = System.nanoTime();
            }
            Thread.sleep(live == null ? POLL_MS : LIVE_MS);
        }
        // How it has ended.
        shownStatus = null;
        records();
        now();
        status();
    }

    private void goOnBehind(long id) throws IOException {
        cursor = new MetricsCursor(folder.metrics());
        if (!cursor.goTo(id)) {
            cursor = new MetricsCursor(folder.metrics());
            send("reset", "{}");
        }
    }

    private void records() throws IOException {
        for (var lines = cursor.next(); !lines.isEmpty(); lines = cursor.next()) {
            for (int from = 0; from < lines.size(); from += RECORDS) {
                List<MetricsCursor.Line> some = lines.subList(from, Math.min(lines.size(), from + RECORDS));
                ArrayNode array = Json.MAPPER.createArrayNode();
                some.forEach(line -> array.add(line.json()));
                out.send(some.get(some.size() - 1).id(), "records", text(array));
                sentAt = System.nanoTime();
            }
        }
    }

    private void status() throws IOException {
        long time = System.nanoTime();
        if (shownStatus != null && time - statusAt < STATUS_NANOS) {
            return;
        }
        statusAt = time;
        ObjectNode status = folder.summary(name).put("here", live != null);
        if (!status.equals(shownStatus)) {
            send("status", text(status));
            shownStatus = status;
        }
    }

    private void now() throws IOException {
        Object now = live == null ? null : live.now();
        if (now != shownNow) {
            send("now", text(LiveTraining.json(now)));
            shownNow = now;
        }
    }

    private void send(String event, String data) throws IOException {
        out.send(event, data);
        sentAt = System.nanoTime();
    }

    private static String text(Object json) {
        return Json.line(json).strip();
    }
}
